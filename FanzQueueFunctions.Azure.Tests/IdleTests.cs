using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>What an app sends that has nothing to do, and what an open console makes it send: it is paid for by the gigabyte.</summary>
public sealed class IdleTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Polls_that_find_nothing_and_reads_of_a_console_send_nothing_and_failures_are_sent()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(
            [("DATABASE_URL", database.ConnectionString), ("FUNCTIONS_KEY_QueueRead", "read-key"), .. ingestion.Settings]);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };
        client.DefaultRequestHeaders.Add("x-functions-key", "read-key");

        for (var i = 0; i < 3; i++)
        {
            await app.FireAsync("ProcessQueue");
            await app.FireAsync("Prune");
            foreach (var path in (string[])["overview", "items?status=failed", "failures", "console"])
                (await client.GetAsync(new Uri($"/api/queue/{path}", UriKind.Relative), TestContext.Current.CancellationToken)).Dispose();
        }

        await app.FireAsync("HealthHeartbeat");
        await app.WaitForLineAsync("[HEALTH] healthy");
        await database.ExecuteAsync("alter function post_queue_claim rename to post_queue_claimed");
        await app.FireAsync("ProcessQueue");
        app.Terminate();
        Assert.Equal(0, await app.WaitForExitAsync());

        var sent = ingestion.Sent.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        string[] traces = [.. sent.Where(item => KindOf(item) is "RemoteDependency" or "Request").Select(item => (string)Data(item)["name"]!)];
        Assert.Equal(["claim batch", "process queue"], traces.Order());
        Assert.All(
            sent.Where(item => KindOf(item) == "Metric").Select(item => (string)Data(item)["metrics"]![0]!["name"]!),
            name => Assert.Matches("^(queue[.]|_OTELRESOURCE_$|dotnet[.]process[.]memory[.]working_set$)", name));
        Assert.All(
            sent.Where(item => KindOf(item) == "Message"),
            item => Assert.StartsWith("FanzQueueFunctions.", (string)Data(item)["properties"]!["CategoryName"]!));
        Assert.Contains(sent, item => KindOf(item) == "Message" && ((string)Data(item)["message"]!).StartsWith("Run ended: ", StringComparison.Ordinal));
    }

    private static string KindOf(JsonNode item) => ((string)item["data"]!["baseType"]!).Replace("Data", "", StringComparison.Ordinal);

    private static JsonNode Data(JsonNode item) => item["data"]!["baseData"]!;
}

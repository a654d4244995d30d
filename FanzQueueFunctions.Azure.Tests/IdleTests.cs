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

        var sent = ingestion.Items;
        string[] traces = [.. sent.Where(item => item.Kind is "RemoteDependency" or "Request").Select(item => (string)item.Data["name"]!)];
        Assert.Equal(["claim batch", "process queue"], traces.Order());
        Assert.All(
            sent.Where(item => item.Kind == "Metric").Select(item => (string)item.Data["metrics"]![0]!["name"]!),
            name => Assert.Matches("^(queue[.]|_OTELRESOURCE_$|dotnet[.]process[.]memory[.]working_set$)", name));
        Assert.All(
            sent.Where(item => item.Kind == "Message"),
            item => Assert.StartsWith("FanzQueueFunctions.", (string)item.Data["properties"]!["CategoryName"]!));
        Assert.Contains(sent, item => item.Kind == "Message" && ((string)item.Data["message"]!).StartsWith("Run ended: ", StringComparison.Ordinal));
    }
}

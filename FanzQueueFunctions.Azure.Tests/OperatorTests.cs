using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The operator's endpoints in the worker: its routes, its keys, its bodies.</summary>
public sealed class OperatorTests(PostgresFixture postgres)
{
    [Fact]
    public async Task One_key_reads_another_changes_and_a_wrong_question_is_a_problem_document()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "status = 'failed', failed_at = now(), error_message = 'Took 5 s'");
        await using var host = await AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString),
            ("FUNCTIONS_KEY_QueueRead", "read-key"),
            ("FUNCTIONS_KEY_QueueChange", "change-key"));
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };

        foreach (var view in (string[])["overview", "series", "items", "failures", "creators?name=a", "findings", "changes", "openapi"])
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", view, "read-key")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", view, "change-key")).Status);
        }

        var (status, problem) = await SendAsync(client, "GET", "items?stauts=failed", "read-key");
        Assert.Equal((HttpStatusCode.BadRequest, 400), (status, (int)problem!["status"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "GET", "nope", "read-key")).Status);

        const string Order = """{"filter": {"status": "failed", "cause": "Took <n> s"}}""";
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "POST", "retry", "read-key", Order)).Status);
        var (_, change) = await SendAsync(client, "POST", "retry", "change-key", Order);
        Assert.Equal((1, true), ((int)change!["done"]!, (bool)change["finished"]!));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(
        HttpClient client, string method, string path, string key, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/queue/{path}");
        request.Headers.Add("x-functions-key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}

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

        foreach (var view in OperatorAddresses.Views)
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", view, "read-key")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", view, "change-key")).Status);
        }

        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", $"items/{item}", "read-key")).Status);
        var (status, problem) = await SendAsync(client, "GET", "items?stauts=failed", "read-key");
        Assert.Equal((HttpStatusCode.BadRequest, 400), (status, (int)problem!["status"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "GET", "nope", "read-key")).Status);

        const string Order = """{"filter": {"status": "failed", "cause": "Took <n> s"}}""";
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "POST", "retry", "read-key", Order)).Status);
        var (_, change) = await SendAsync(client, "POST", "retry", "change-key", Order);
        Assert.Equal((1, true), ((int)change!["done"]!, (bool)change["finished"]!));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task Every_verb_does_its_work()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        foreach (var with in (string[])[
            "status = 'failed', failed_at = now(), error_message = 'Took 5 s'",
            "status = 'cancelled', updated_at = now() - interval '2 days', queued_at = now() - interval '2 days'",
            "status = 'processing', processing_started_at = now() - interval '6 minutes'"])
            await database.AddItemAsync(post, with: with);
        await using var host = await AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString),
            ("FUNCTIONS_KEY_QueueRead", "read-key"),
            ("FUNCTIONS_KEY_QueueChange", "change-key"));
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };

        await Until.TrueAsync(async () => await database.CountAsync("post_queue.workers") == 1, "the worker has told of itself");
        var paused = await PostAsync("pause", """{"platform": "girlfanz", "reason": "It is down."}""");
        var limited = await PostAsync("limit", """{"platform": "girlfanz", "perMinute": 60}""");
        var (_, overview) = await SendAsync(client, "GET", "overview", "read-key");
        var resumed = await PostAsync("resume", """{"platform": "girlfanz"}""");
        var reset = await PostAsync("reset", """{"olderThanMinutes": 5}""");
        var dayAgo = $"{DateTime.UtcNow.AddHours(-25):yyyy-MM-ddTHH:mm:ssZ}";
        var pruned = await PostAsync("prune", $$$"""{"filter": {"to": "{{{dayAgo}}}", "status": "cancelled"}}""");
        var retried = await PostAsync("retry", """{"filter": {"status": "failed"}}""");
        var cancelled = await PostAsync("cancel", """{"filter": {"status": "queued"}}""");
        var (_, changes) = await SendAsync(client, "GET", "changes", "read-key");

        Assert.Equal((true, true, true), ((bool)paused["changed"]!, (bool)limited["changed"]!, (bool)resumed["changed"]!));
        Assert.Equal(
            ("girlfanz", 60, "degraded"),
            ((string?)overview!["paused"]![0]!["platform"], (int)overview["limited"]![0]!["perMinute"]!, (string?)overview["health"]!["status"]));
        Assert.Equal((1, 1, 1, 2), (
            (int)reset["resetCount"]!, (int)pruned["done"]!, (int)retried["done"]!, (int)cancelled["done"]!));
        Assert.Equal(
            ["cancel", "retry", "prune", "resetStuck", "resume", "limit", "pause"],
            changes!["actions"]!.AsArray().Select(change => (string?)change!["verb"]));

        async Task<JsonNode> PostAsync(string verb, string order)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "POST", verb, "read-key", order)).Status);
            var (status, answer) = await SendAsync(client, "POST", verb, "change-key", order);
            Assert.Equal(HttpStatusCode.OK, status);
            return answer!;
        }
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

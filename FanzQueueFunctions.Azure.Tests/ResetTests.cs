using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>Request by request, what the real Functions host was seen to answer, and what the function adds to it.</summary>
public sealed class ResetTests(ResetTests.App app) : IClassFixture<ResetTests.App>
{
    private const string Reset = "/api/queue/reset-stuck";
    private const string Json = "application/json; charset=utf-8";
    private const string Problem = "application/problem+json; charset=utf-8";

    /// <summary>These reach the worker: its routes, its function, its bodies.</summary>
    [Theory]
    [InlineData(Reset, null, 200, Json)]
    [InlineData(Reset + "/", null, 200, Json)]
    [InlineData("/API/Queue/RESET-stuck", null, 200, Json)]
    [InlineData(Reset + "?olderThanMinutes=7&dryRun=true", null, 200, Json)]
    [InlineData(Reset, "{}", 200, Json)]
    [InlineData(Reset, "{ malformed", 200, Json)]
    [InlineData(Reset + "?olderThanMinutes=0", null, 400, Problem)]
    [InlineData(Reset + "?olderThanMinutes=1&olderThanMinutes=2", null, 400, Problem)]
    [InlineData(Reset + "?dryRun=perhaps", null, 400, Problem)]
    public async Task The_worker_answers(string path, string? body, int status, string contentType)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await app.SendAsync("POST", path, "reset-key", content);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal(contentType, answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task A_body_of_two_megabytes_makes_no_difference()
    {
        using var content = new ByteArrayContent(new byte[2 * 1024 * 1024]);

        using var answer = await app.SendAsync("POST", Reset, "reset-key", content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>These do not reach it: the stand-in answers, by the key level and the route that the worker announced.</summary>
    [Theory]
    [InlineData("POST", Reset, null, 401)]
    [InlineData("POST", Reset, "wrong", 401)]
    [InlineData("POST", Reset + "?code=reset-key", "wrong", 401)]
    [InlineData("POST", Reset + "?code=reset-key", null, 200)]
    [InlineData("POST", Reset + "?code=wrong", "reset-key", 200)]
    [InlineData("POST", Reset, "host-key", 200)]
    [InlineData("POST", Reset, "master-key", 200)]
    [InlineData("GET", Reset, "reset-key", 404)]
    [InlineData("POST", "/queue/reset-stuck", "reset-key", 404)]
    [InlineData("POST", "/api//queue/reset-stuck", "reset-key", 404)]
    [InlineData("POST", "/api/queue/nope", "reset-key", 404)]
    public async Task The_host_lets_through_or_refuses(string method, string path, string? key, int status)
    {
        using var answer = await app.SendAsync(method, path, key);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
    }

    [Fact]
    public async Task A_stuck_item_is_queued_again_and_named_in_the_answer()
    {
        var item = await app.Database.AddItemAsync(
            await app.Database.AddPostAsync(await app.Database.AddCreatorAsync()),
            with: "status = 'processing', processing_started_at = now() - interval '6 minutes'");

        using var answer = await app.SendAsync("POST", $"{Reset}?olderThanMinutes=5", "reset-key");

        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(item, (Guid)body["items"]![0]!["id"]!);
        Assert.Equal("queued", (string)(await app.Database.ItemAsync(item))["status"]!);
    }

    [Fact]
    public async Task A_database_that_is_down_is_a_problem_that_may_pass()
    {
        await using var lonely = await AzureApp.StartAsync(
            ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nowhere?sslmode=disable"), ("FUNCTIONS_MASTER_KEY", "master-key"));
        using var client = new HttpClient { BaseAddress = await lonely.AddressAsync() };
        client.DefaultRequestHeaders.Add("x-functions-key", "master-key");

        using var answer = await client.PostAsync(new Uri(Reset, UriKind.Relative), null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.True((bool)problem["isTransient"]!);
    }

    /// <summary>One app for all the requests.</summary>
    public sealed class App(PostgresFixture postgres) : IAsyncLifetime
    {
        private HttpClient _client = null!;
        private FunctionsHostStandIn _host = null!;

        public TestDatabase Database { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Database = await postgres.CreateDatabaseAsync();
            _host = await AzureApp.StartAsync(
                ("DATABASE_URL", Database.ConnectionString),
                ("FUNCTIONS_KEY_ResetStuckItems", "reset-key"),
                ("FUNCTIONS_HOST_KEY", "host-key"),
                ("FUNCTIONS_MASTER_KEY", "master-key"));
            _client = new HttpClient { BaseAddress = await _host.AddressAsync() };
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _host.DisposeAsync();
            await Database.DisposeAsync();
        }

        public async Task<HttpResponseMessage> SendAsync(string method, string path, string? key, HttpContent? content = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
            if (key is not null)
                request.Headers.Add("x-functions-key", key);
            return await _client.SendAsync(request);
        }
    }
}

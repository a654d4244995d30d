using System.Net;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>What the reset does in the worker. What it answers to each request: <see cref="BothHeads.Tests.RequestTests"/>.</summary>
public sealed class ResetTests(ResetTests.App app) : IClassFixture<ResetTests.App>
{
    private const string Reset = "/api/queue/reset-stuck";

    [Fact]
    public async Task A_body_of_two_megabytes_makes_no_difference()
    {
        using var content = new ByteArrayContent(new byte[2 * 1024 * 1024]);

        using var answer = await app.SendAsync("POST", Reset, "reset-key", content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
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
                ("FUNCTIONS_KEY_ResetStuckItems", "reset-key"));
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

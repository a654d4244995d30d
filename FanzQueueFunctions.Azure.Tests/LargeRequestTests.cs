using System.Net;
using System.Text;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>Requests of every size that the Functions host lets through are answered, and as the plain process answers them.</summary>
public sealed class LargeRequestTests(PostgresFixture postgres)
{
    [Fact]
    public async Task What_the_host_takes_of_headers_and_addresses_the_worker_takes_too()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await StartAsync(database);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        using var overview = Get("/api/queue/overview");
        for (var i = 0; i < 95; i++)
            overview.Headers.Add($"x-odd-{i}", "x");
        using var large = Get("/api/queue/overview");
        large.Headers.Add("x-odd", new string('x', 32_000));
        using var query = Get($"/api/queue/items?title={string.Concat(Enumerable.Repeat("%C3%BC", 1_200))}");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(overview));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(large));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(query));

        async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
        {
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }

        static HttpRequestMessage Get(string path) =>
            new(HttpMethod.Get, path) { Headers = { { "x-functions-key", "read-key" } } };
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_more_than_a_megabyte_is_too_large_however_it_is_sent(bool chunked)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await StartAsync(database);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/queue/retry");
        request.Headers.Add("x-functions-key", "change-key");
        request.Headers.TransferEncodingChunked = chunked;
        request.Content = new StringContent($$"""{"reason": "{{new string('x', 1_100_000)}}"}""", Encoding.UTF8, "application/json");

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("no larger than 1048576 bytes", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<Testbed.FunctionsHost.FunctionsHostStandIn> StartAsync(TestDatabase database) => AzureApp.StartAsync(
        ("DATABASE_URL", database.ConnectionString), ("FUNCTIONS_KEY_QueueRead", "read-key"), ("FUNCTIONS_KEY_QueueChange", "change-key"));
}

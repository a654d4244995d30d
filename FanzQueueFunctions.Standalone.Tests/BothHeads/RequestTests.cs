using System.Net;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.BothHeads.Tests;

/// <summary>Request by request, what this app answered under the real Functions host; run on either head.</summary>
public sealed class RequestTests(RequestTests.App app) : IClassFixture<RequestTests.App>
{
    /// <summary>Status, content type, and whether there is a body, for one request.</summary>
    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_head_answers_as_the_Functions_host_does(int row)
    {
        var expected = HostRequest.All[row];
        using var request = expected.Message();

        using var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode)expected.Status, answer.StatusCode);
        Assert.Equal(expected.ContentType, answer.Content.Headers.ContentType?.ToString());
        var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected.ContentType is null, body.Length == 0);
    }

    public static IEnumerable<TheoryDataRow<int>> Rows =>
        HostRequest.All.Select((request, row) => new TheoryDataRow<int>(row) { TestDisplayName = request.Says });

    /// <summary>One app for all the requests.</summary>
    public sealed class App(PostgresFixture postgres) : IAsyncLifetime
    {
        private TestDatabase? _database;
        private IRunningApp? _app;
        private HttpClient? _client;

        internal HttpClient Client => _client ?? throw new InvalidOperationException("The app was not started.");

        public async ValueTask InitializeAsync()
        {
            _database = await postgres.CreateDatabaseAsync();
            _app = await TestedApp.StartAsync([("DATABASE_URL", _database.ConnectionString), .. HostRequest.Settings]);
            _client = new(HostRequest.Handler()) { BaseAddress = await _app.AddressAsync() };
        }

        public async ValueTask DisposeAsync()
        {
            _client?.Dispose();
            if (_app is not null)
                await _app.DisposeAsync();
            if (_database is not null)
                await _database.DisposeAsync();
        }
    }
}

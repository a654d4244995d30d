using System.Diagnostics;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>
/// Plays the recorded exchanges to the stand-in once, in the order in which they were recorded, because later ones show
/// what earlier ones wrote, and keeps the answers for <see cref="ExchangeTests"/> to compare.
/// </summary>
public sealed class Replay(PostgrestFixture postgrest) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _answers = [];

    /// <summary>What was answered to the exchange of this name.</summary>
    public string this[string name] => _answers[name];

    public async ValueTask InitializeAsync() =>
        await Task.WhenAll(PlayCallsAsync(), PlayConnectionLossAsync(), PlayVariantsAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task PlayCallsAsync()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        using var client = new HttpClient { BaseAddress = standIn.Address };
        foreach (var exchange in Exchange.All.Where(e =>
            e.Section is not ("Connection loss and database down" or "Configuration variants")))
            Keep(exchange, await exchange.SendAsync(client));
    }

    // The stand-in's clock stands still until it is moved, so it looks for the database exactly when the test says so.
    private async Task PlayConnectionLossAsync()
    {
        await using var server = await PostgresServer.StartAsync(inMemory: true);
        await PostgrestFixture.LoadAsync(server);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var standIn = await PostgrestStandIn.StartAsync(
            PostgrestFixture.Settings(server) with { Time = time });
        using var client = new HttpClient { BaseAddress = standIn.Address };

        await PlayAsync("before: database up");
        // Ends its own backend.
        using (await client.PostAsync("/rpc/die", null))
            await PlayAsync("next call after a terminated backend");

        await PlayWhileStoppingAsync("database shut down (fast) while the call runs", "fast");
        await PlayAsync("database down: 1st call");
        await PlayAsync("database down: 2nd call");
        await PlayAsync("database down: bad JWT");
        await server.StartAgainAsync();
        await PlayAsync("database up again: immediately");
        await PlayUntilRecoveredAsync("database up again: recovered");

        await PlayWhileStoppingAsync("database stopped (immediate) while the call runs", "immediate");
        await PlayAsync("after immediate stop: 1st call");
        await server.StartAgainAsync();
        await PlayUntilRecoveredAsync("after restart");

        async Task PlayAsync(string name) => Keep(Named(name), await Named(name).SendAsync(client));

        async Task PlayWhileStoppingAsync(string name, string mode)
        {
            var answer = Named(name).SendAsync(client);
            await UntilAsync(async () => await PostgrestFixture.ExecuteAsync(server.ConnectionString(),
                "select 1 from pg_stat_activity where wait_event = 'PgSleep'") is not null);
            await server.StopAsync(mode);
            Keep(Named(name), await answer);
        }

        Task PlayUntilRecoveredAsync(string name) => UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await PlayAsync(name);
            return !_answers[name].StartsWith("503", StringComparison.Ordinal);
        });
    }

    private async Task PlayVariantsAsync()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using (var closed = await PostgrestStandIn.StartAsync(settings with { AnonymousRole = null }))
        {
            using var client = new HttpClient { BaseAddress = closed.Address };
            foreach (var name in new[]
            {
                "no db-anon-role: call without token -> PGRST302", "no db-anon-role: token without role claim",
            })
                Keep(Named(name), await Named(name).SendAsync(client));
        }

        // Nothing listens on port 1.
        await using var early = await PostgrestStandIn.StartAsync(
            settings with { ConnectionString = "Host=127.0.0.1;Port=1;Username=authenticator" });
        using var earlyClient = new HttpClient { BaseAddress = early.Address };
        var exchange = Named("started while no database listens");
        Keep(exchange, await exchange.SendAsync(earlyClient));
    }

    private void Keep(Exchange exchange, string answer)
    {
        lock (_answers)
            _answers[exchange.Name] = answer;
    }

    private static Exchange Named(string name) => Exchange.All.Single(exchange => exchange.Name == name);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var since = Stopwatch.StartNew(); !await condition();)
        {
            if (since.Elapsed > Deadline)
                throw new TimeoutException($"Not within {Deadline.TotalSeconds} s.");
            await Task.Delay(20);
        }
    }
}

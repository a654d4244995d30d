using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text.Json;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>What goes wrong at an edge costs the call that it belongs to, and says what it is.</summary>
public sealed class EdgeTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    [Theory]
    [InlineData(SocketError.NetworkUnreachable, "Set DATABASE_URL to the session pooler")]
    [InlineData(SocketError.HostUnreachable, "Set DATABASE_URL to the session pooler")]
    [InlineData(SocketError.ConnectionRefused, "See whether the server runs and DATABASE_URL is right.")]
    public void An_address_to_which_there_is_no_way_is_told_from_a_server_that_is_down(SocketError error, string advice) =>
        Assert.Contains(
            advice,
            DirectTransport.Advice(new NpgsqlException("Failed to connect", new SocketException((int)error))),
            StringComparison.Ordinal);

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task Reads_that_keep_failing_do_not_stop_the_claims(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 1);
        foreach (var read in (string[])["overview", "health"])
        {
            await database.ExecuteAsync(
                $"""
                create or replace function post_queue_{read}(stuck_after_seconds integer) returns jsonb language plpgsql as
                $$ begin raise exception 'It broke.' using errcode = '08006'; end $$;
                """);
        }

        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        Task[] reads =
        [
            .. Enumerable.Range(0, 4).Select(_ => (Task)test.Operations.ReadOverviewAsync(Lease, CancellationToken.None)),
            .. Enumerable.Range(0, 4).Select(_ => (Task)test.Store.ReadHealthAsync(Lease, CancellationToken.None)),
        ];
        foreach (var read in reads)
            await Assert.ThrowsAsync<QueueStoreException>(() => read);

        var claim = await test.Store.ClaimAsync(Guid.CreateVersion7(), 10, Lease, fair: false, CancellationToken.None);

        Assert.Single(claim.Items);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_database_that_takes_no_changes_is_told_as_that_and_works_again_when_it_does(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 1);
        await SetReadOnlyAsync("on");
        await using var test = await StoreUnderTest.CreateAsync(database, transport);

        var exception = await Assert.ThrowsAsync<QueueStoreException>(ClaimAsync);
        await SetReadOnlyAsync("off");

        Assert.Equal((QueueStoreError.ReadOnly, "25006", true), (exception.Error, exception.Code, exception.IsTransient));
        Assert.Contains("The database takes no changes: ", exception.Message, StringComparison.Ordinal);
        // The stand-in for the REST API keeps its own sessions, as PostgREST does.
        if (transport == Transport.Direct)
            Assert.Single((await ClaimAsync()).Items);

        Task<Claim> ClaimAsync() =>
            test.Store.ClaimAsync(Guid.CreateVersion7(), 10, Lease, fair: false, CancellationToken.None);

        Task SetReadOnlyAsync(string value) => database.ExecuteAsync(
            $"do $$ begin execute format('alter database %I set default_transaction_read_only = {value}', current_database()); end $$");
    }

    [Fact]
    public async Task An_answer_of_NULL_is_malformed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "create or replace function post_queue_health(stuck_after_seconds integer) returns jsonb language sql as 'select null::jsonb'");
        await using var test = StoreUnderTest.Direct(database);

        var exception = await Assert.ThrowsAsync<QueueStoreException>(
            () => test.Store.ReadHealthAsync(Lease, CancellationToken.None));

        Assert.Equal((QueueStoreError.MalformedAnswer, false), (exception.Error, exception.IsTransient));
    }

    [Fact]
    public async Task A_pool_that_is_used_up_is_told_as_that()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = StoreUnderTest.Direct(
            new TestDatabase(database.ConnectionString + ";Maximum Pool Size=1;Timeout=1"));
        await database.ExecuteAsync(
            """
            create or replace function post_queue_health(stuck_after_seconds integer) returns jsonb language plpgsql as
            $$ begin perform pg_sleep(20); return '{}'; end $$
            """);
        using var end = new CancellationTokenSource();
        var holding = test.Store.ReadHealthAsync(Lease, end.Token);
        await Until.TrueAsync(
            async () => await database.CountAsync("pg_stat_activity where query like 'select public.post_queue_health%'") > 0,
            "the only connection is in use");

        var exception = await Assert.ThrowsAsync<QueueStoreException>(
            () => test.Transport.CallAsync("post_queue_health", [], QueueJson.Default.QueueHealth, CancellationToken.None));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holding);

        Assert.Equal(QueueStoreError.Busy, exception.Error);
        Assert.Contains("Maximum Pool Size", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_call_that_is_never_answered_the_next_takes_a_new_connection()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (path, connectionString) = DeafPooler.Start(database.ConnectionString + ";Command Timeout=1;Cancellation Timeout=-1");
        await using var _ = path;
        await using var test = StoreUnderTest.Direct(connectionString);
        // Two at once, so that two connections lie in the pool.
        await database.ExecuteAsync(
            """
            create or replace function post_queue_health(stuck_after_seconds integer) returns jsonb language plpgsql as
            $$ begin perform pg_sleep(0.5); return '{}'; end $$
            """);
        await Task.WhenAll(AskAsync(), AskAsync());

        path.SwallowAnswers();
        var exception = await Assert.ThrowsAsync<QueueStoreException>(AskAsync);

        Assert.Equal(QueueStoreError.Timeout, exception.Error);
        Assert.Equal(0, (await AskAsync()).Due);

        Task<QueueHealth> AskAsync() => test.Transport.CallAsync(
            "post_queue_health", [new("stuck_after_seconds", 300)], QueueJson.Default.QueueHealth, CancellationToken.None);
    }

    [Theory]
    [InlineData("XX000", "Tenant or user not found", QueueStoreError.WrongCredentials, "the user is postgres.<project>")]
    [InlineData("XX000", "MaxClientsInSessionMode: max clients reached", QueueStoreError.Busy, "no room for another client")]
    [InlineData("XX000", "Circuit breaker open: too many failed attempts", QueueStoreError.Busy, "correct the password")]
    [InlineData("08P01", "no more connections allowed (max_client_conn)", QueueStoreError.Busy, "no room for another client")]
    [InlineData("08P01", "server login has been failing, try again later", QueueStoreError.Unreachable, "cannot reach its server")]
    [InlineData("XX000", "could not read block 7", QueueStoreError.Unreachable, "See the server's log.")]
    [InlineData("53100", "could not extend file", QueueStoreError.Busy, "disk is full")]
    public void What_a_pooler_says_is_told_apart(string sqlState, string message, QueueStoreError expected, string words)
    {
        var exception = SqlStateErrors.From(sqlState, message);

        Assert.Equal(expected, exception.Error);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_older_post_queue_health_leaves_out_has_its_default()
    {
        var health = JsonSerializer.Deserialize("""{"due": 3}""", QueueJson.Default.QueueHealth)!;

        Assert.Equal((3, 0, 0, 0), (health.Due, health.Counts.Count, health.Paused.Count, health.Limited.Count));
        Assert.Equal(HealthStatus.Healthy, HealthReport.Of(health).Status);
    }

    [Fact]
    public async Task A_hundred_questions_for_the_health_ask_the_database_once()
    {
        var store = Substitute.For<IQueueStore>();
        store.ReadHealthAsync(default, default).ReturnsForAnyArgs(new QueueHealth());
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(Schedules.Read(new ConfigurationBuilder().Build()))
            .AddQueueProcessing(new QueueOptions())
            .AddSingleton(store)
            .BuildServiceProvider();
        var checks = services.GetRequiredService<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckService>();

        for (var question = 0; question < 100; question++)
            Assert.Equal(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy, (await checks.CheckHealthAsync()).Status);

        await store.ReceivedWithAnyArgs(1).ReadHealthAsync(default, default);
    }

    [Fact]
    public void Gauges_are_in_an_export_once_they_have_a_value_and_unchanged_in_every_other_one()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new QueueMetrics(services.GetRequiredService<IMeterFactory>());
        List<string> exported = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == services.GetService<IMeterFactory>() && instrument.IsObservable)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => exported.Add($"{instrument.Name} {value}"));
        listener.Start();

        listener.RecordObservableInstruments();
        Assert.Empty(exported);
        metrics.HintsHeard(true);
        metrics.QueueRead(new QueueHealth { Due = 7 });
        listener.RecordObservableInstruments();
        listener.RecordObservableInstruments();
        listener.RecordObservableInstruments();
        metrics.HintsHeard(false);
        listener.RecordObservableInstruments();

        string[] once = ["queue.depth 7", "queue.oldest_due_age 0", "queue.stuck 0", "queue.listening 1"];
        Assert.Equal([.. once, .. once, "queue.listening 0"], exported);
    }

    [Fact]
    public async Task A_hinted_run_that_fails_oddly_is_said_and_counted_and_the_next_hint_is_heard()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var logger = new FakeLogger<WakeRuns>();
        var processor = Substitute.For<IQueueProcessor>();
        var runs = 0;
        processor.ProcessDueItemsAsync(default).ReturnsForAnyArgs(
            _ => Interlocked.Increment(ref runs) == 1 ? throw new NotSupportedException("odd") : new ProcessedItems());
        using var wake = new WakeRuns(
            processor, TimeSpan.Zero, TimeSpan.Zero, TimeProvider.System, new QueueMetrics(services.GetRequiredService<IMeterFactory>()), logger);
        await wake.StartAsync(TestContext.Current.CancellationToken);

        wake.Wake();
        await Until.TrueAsync(() => Task.FromResult(runs >= 2), "the look a second later");
        await wake.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("odd", Assert.Single(logger.Collector.GetSnapshot()).Exception!.Message);
    }
}

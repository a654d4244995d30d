using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>When the database says on its channel that something is due.</summary>
public sealed class WakeTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("null, 'queued'", 1, 1)]
    [InlineData("null, 'queued'", 1000, 1)]
    [InlineData("now() - interval '1 hour', 'queued'", 1, 1)]
    [InlineData("now() + interval '1 hour' - n * interval '1 second', 'queued'", 1000, 0)]
    [InlineData("now() + interval '1 hour' - n * interval '1 hour', 'queued'", 2, 1)]
    [InlineData("null, 'cancelled'", 1, 0)]
    [InlineData("null, 'queued'", 0, 0)]
    public async Task A_statement_tells_once_that_something_is_due_and_only_then(string item, int items, int hints)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var listener = await Listener.StartAsync(database);

        await database.ExecuteAsync(Queue(item, items));

        Assert.Equal(hints, await listener.HintsAsync());
    }

    [Fact]
    public async Task Nothing_is_told_of_what_is_rolled_back()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var listener = await Listener.StartAsync(database);
        await using (var session = await OpenTransaction.BeginAsync(database))
            await session.ExecuteAsync(Queue("null, 'queued'", 1));

        Assert.Equal(0, await listener.HintsAsync());
    }

    [Fact]
    public async Task Of_many_transactions_at_once_few_tell_and_the_others_wait_for_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var listener = await Listener.StartAsync(database);
        List<OpenTransaction> sessions = [];
        for (var i = 0; i < 24; i++)
        {
            sessions.Add(await OpenTransaction.BeginAsync(database));
            await sessions[i].ExecuteAsync(Queue("null, 'queued'", 1));
        }

        foreach (var session in sessions)
        {
            await session.CommitAsync();
            await session.DisposeAsync();
        }

        Assert.InRange(await listener.HintsAsync(), 4, 16);
    }

    [Fact]
    public async Task Four_transactions_that_stay_open_do_not_silence_the_others()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var listener = await Listener.StartAsync(database);
        List<OpenTransaction> sessions = [];
        for (var i = 0; i < 4; i++)
        {
            sessions.Add(await OpenTransaction.BeginAsync(database));
            await sessions[i].ExecuteAsync(Queue("null, 'queued'", 1));
        }

        await database.ExecuteAsync(Queue("null, 'queued'", 1));

        Assert.Equal(1, await listener.HintsAsync());
        foreach (var session in sessions)
            await session.DisposeAsync();
    }

    [Theory]
    [InlineData("select post_queue_retry(jsonb_build_object('idempotency_key', 'a', 'actor', 'b', 'filter', jsonb_build_object('status', 'failed')), 1)")]
    [InlineData("select post_queue_resume('girlfanz', 'somebody')")]
    [InlineData("select post_queue_limit('girlfanz', 60, 'somebody')")]
    [InlineData("select post_queue_reset_stuck(60)")]
    [InlineData("select post_queue_undo(jsonb_build_object('idempotency_key', 'undo', 'actor', 'b', 'of', 'cancel'))")]
    public async Task What_lets_due_items_go_tells_so(string order)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(post, with: "status = 'failed', failed_at = now()");
        await database.AddItemAsync(post, "boyfanz", "status = 'processing', processing_started_at = now() - interval '1 hour'");
        await database.AddItemAsync(post, "guyz");
        await database.ExecuteAsync(
            """
            select post_queue_cancel(
              '{"idempotency_key": "cancel", "actor": "b", "filter": {"status": "queued", "platform": "guyz"}}'
            )
            """);
        await using var listener = await Listener.StartAsync(database);

        await database.ExecuteAsync(order);

        Assert.Equal(1, await listener.HintsAsync());
    }

    [Theory]
    [InlineData("null, 'queued'", null)]
    [InlineData("null, 'cancelled'", "select post_queue_retry('{\"idempotency_key\": \"a\", \"actor\": \"b\", \"filter\": {\"status\": \"cancelled\"}}')")]
    public async Task Nothing_is_told_into_a_queue_of_notifications_that_is_half_full(string item, string? order)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var listener = await Listener.StartAsync(database);
        // To fill it takes 4 GB of notifications.
        await database.ExecuteAsync(
            """
            alter function pg_catalog.pg_notification_queue_usage() rename to pg_notification_queue_usage_as_it_is;
            create function pg_catalog.pg_notification_queue_usage() returns float8 language sql as 'select 0.5'
            """);

        await database.ExecuteAsync(Queue(item, 1));
        if (order is not null)
            await database.ExecuteAsync(order);

        Assert.Equal(0, await listener.HintsAsync());
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task Where_transactions_may_be_prepared_none_fails_because_of_the_hint_and_check_says_that_there_is_none()
    {
        await using var own = await MigratedPostgres.StartAsync(inMemory: true);
        await using (var admin = await own.CreateDatabaseAsync())
            await admin.ExecuteAsync("alter system set max_prepared_transactions = 2");
        await own.Server.StopAsync();
        await own.Server.StartAgainAsync();
        await using var database = await own.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var connection = await database.OpenAsync();
        foreach (var statement in (string[])["begin", Queue("null, 'queued'", 1), "prepare transaction 'one'", "commit prepared 'one'"])
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue"));
        Assert.Contains(
            "max_prepared_transactions is 2.", await database.ScalarAsync<string>("select post_queue_check()::text"),
            StringComparison.Ordinal);
    }

    private static string Queue(string item, int items) =>
        $"""
        insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, scheduled_for, status)
        select id, creator_id, 'girlfanz', {item} from content_posts cross join generate_series(1, {items}) as n
        """;

    /// <summary>A session that listens, and counts what it hears until it hears itself.</summary>
    private sealed class Listener(TestDatabase database, NpgsqlConnection connection) : IAsyncDisposable
    {
        private readonly List<string> _heard = [];

        public static async Task<Listener> StartAsync(TestDatabase database)
        {
            var connection = await database.OpenAsync();
            var listener = new Listener(database, connection);
            connection.Notification += (_, notification) => listener._heard.Add(notification.Payload);
            await using var command = new NpgsqlCommand("listen post_queue", connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return listener;
        }

        public async Task<int> HintsAsync()
        {
            // Notifications come in the order of their commits.
            await database.ExecuteAsync("select pg_notify('post_queue', 'the last')");
            while (!_heard.Contains("the last"))
                await connection.WaitAsync(TestContext.Current.CancellationToken);
            return _heard.Count - 1;
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}

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
    public async Task Of_many_transactions_at_once_four_tell_and_the_others_wait_for_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await using var listener = await Listener.StartAsync(database);
        List<OpenTransaction> sessions = [];
        for (var i = 0; i < 6; i++)
        {
            sessions.Add(await OpenTransaction.BeginAsync(database));
            await sessions[i].ExecuteAsync(Queue("null, 'queued'", 1));
        }

        foreach (var session in sessions)
        {
            await session.CommitAsync();
            await session.DisposeAsync();
        }

        Assert.Equal(4, await listener.HintsAsync());
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

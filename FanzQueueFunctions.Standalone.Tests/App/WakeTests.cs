using System.Net;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The app between two firings of its timer, which here never fires.</summary>
public sealed class WakeTests(PostgresFixture postgres)
{
    private const string Never = "0 0 0 29 2 *";
    private const string Posted = "✅ SUCCESS - Posted to girlfanz";

    [Fact]
    public async Task A_due_item_is_posted_at_once_and_one_for_later_is_not()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await using var app = Start(("DATABASE_URL", database.ConnectionString));
        await app.WaitForLineAsync("Listening on ");

        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, scheduled_for)
            select id, creator_id, 'boyfanz', now() + interval '1 hour' from content_posts
            """);
        await database.AddItemAsync(original);

        await app.WaitForLineAsync(Posted);
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task Cut_off_it_says_so_once_and_listens_again()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await using var app = Start(("DATABASE_URL", database.ConnectionString));
        await app.WaitForLineAsync("Listening on ");

        await database.ExecuteAsync(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and query = 'listen post_queue'
            """);
        await app.WaitForLineAsync("Not listening: no connection to 127.0.0.1");
        await app.WaitForLineAsync("Listening on ", after: app.Lines.ToList().FindIndex(line => line.Contains("Not listening", StringComparison.Ordinal)));
        await database.AddItemAsync(original);

        await app.WaitForLineAsync(Posted);
        Assert.Single(app.Lines, line => line.StartsWith("Not listening: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_a_transaction_pooler_it_says_so_once_and_polls()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var (pooler, connectionString) = DeafPooler.Start(database.ConnectionString);
        await using var _ = pooler;
        await using var app = Start(("DATABASE_URL", connectionString), ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"));

        await app.WaitForLineAsync(Posted);
        var line = await app.WaitForLineAsync("Not listening: ");

        Assert.Contains("takes LISTEN and delivers nothing", line);
        Assert.Single(app.Lines, other => other.Contains("istening", StringComparison.Ordinal) && other.Contains("LISTEN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_PgBouncer_it_polls_and_no_session_of_others_is_left_listening()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString);
        await using var app = Start(("DATABASE_URL", pooler.ConnectionString), ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"));

        await app.WaitForLineAsync(Posted);
        await app.WaitForLineAsync("Not listening: ");

        // All that the pooler holds, one after the other: each transaction that stays open has a session to itself.
        await using var source = Npgsql.NpgsqlDataSource.Create(pooler.ConnectionString);
        HashSet<int> seen = [];
        List<Npgsql.NpgsqlConnection> open = [];
        for (var session = 0; session < 3; session++)
        {
            open.Add(await source.OpenConnectionAsync(TestContext.Current.CancellationToken));
            await using var command = new Npgsql.NpgsqlCommand(
                "begin; select pg_backend_pid(), (select count(*) from pg_listening_channels())", open[^1]);
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
            Assert.True(seen.Add(reader.GetInt32(0)));
            Assert.Equal(0, reader.GetInt64(1));
        }

        foreach (var connection in open)
            await connection.DisposeAsync();
    }

    [Fact]
    public async Task Told_not_to_it_does_not_listen()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = Start(("DATABASE_URL", database.ConnectionString), ("Queue__Wake", "false"), ("HEALTH_SCHEDULE", "* * * * * *"));

        await app.WaitForLineAsync("[HEALTH]");

        Assert.DoesNotContain(app.Lines, line => line.Contains("istening:", StringComparison.Ordinal) || line.StartsWith("Listening on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_function_Wake_answers_202_to_its_own_key_alone_and_has_due_items_posted_over_REST_too()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        await using var app = Start(
            [.. standIn.Settings(), ("FUNCTIONS_KEY_Wake", "the-key-of-wake"), ("FUNCTIONS_KEY_ResetStuckItems", "the-key-of-reset")]);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        Assert.Equal(HttpStatusCode.Unauthorized, await WakeAsync(client, "the-key-of-reset"));
        Assert.Equal(HttpStatusCode.Accepted, await WakeAsync(client, "the-key-of-wake"));

        await app.WaitForLineAsync(Posted);
    }

    private static AppProcess Start(params (string Name, string? Value)[] settings) =>
        AppProcess.Start([("PROCESS_QUEUE_SCHEDULE", Never), .. settings]);

    private static async Task<HttpStatusCode> WakeAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/queue/wake");
        request.Headers.Add("x-functions-key", key);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}

using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// supabase/wake_over_http.sql. PostgreSQL here has neither pg_net nor Vault: what stands in for them is a function that
/// writes its arguments down and a table of secrets, with the names, types and grants of the real ones.
/// </summary>
public sealed class WakeOverHttpTests(PostgresFixture postgres)
{
    private const string Queue =
        """
        insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
        select id, creator_id, 'girlfanz' from content_posts
        """;

    private static readonly string Script =
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, "supabase", "wake_over_http.sql"));

    [Fact]
    public async Task Without_pg_net_nothing_is_changed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var before = await database.CatalogAsync();

        await database.ExecuteAsync(Script);

        Assert.Equal(before, await database.CatalogAsync());
    }

    [Fact]
    public async Task A_due_item_calls_the_address_with_the_key_once_a_second_at_most()
    {
        await using var database = await CreateAsync();
        await AddSecretsAsync(database);

        for (var i = 0; i < 20; i++)
            await database.ExecuteAsync(Queue);

        var calls = await database.RowsAsync("select url, headers ->> 'x-functions-key', at from net.http_request_queue order by at");
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Equal(("https://example.com/api/queue/wake", "the-key"), ((string?)call[0], (string?)call[1])));
        Assert.All(
            calls.Zip(calls.Skip(1)),
            pair => Assert.True((DateTime)pair.Second[2]! - (DateTime)pair.First[2]! >= TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task An_item_for_later_calls_nobody()
    {
        await using var database = await CreateAsync();
        await AddSecretsAsync(database);

        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, scheduled_for)
            select id, creator_id, 'girlfanz', now() + interval '1 hour' from content_posts
            """);

        Assert.Equal(0L, await database.CountAsync("net.http_request_queue"));
    }

    [Fact]
    public async Task Without_secrets_and_where_the_call_fails_items_are_queued_all_the_same()
    {
        await using var database = await CreateAsync();

        await database.ExecuteAsync(Queue);
        Assert.Equal(0L, await database.CountAsync("net.http_request_queue"));
        await AddSecretsAsync(database);
        await database.ExecuteAsync("drop table net.http_request_queue; select setval('post_queue_wake_clock', 1)");
        await database.ExecuteAsync(Queue);

        Assert.Equal(2L, await database.CountAsync("multiplatform_post_queue"));
    }

    [Fact]
    public async Task A_creator_who_queues_an_item_calls_it_and_can_read_neither_Vault_nor_clock()
    {
        await using var database = await CreateAsync();
        await AddSecretsAsync(database);
        await database.ExecuteAsync(
            """
            grant select on creators, content_posts to authenticated;
            grant select, insert on multiplatform_post_queue to authenticated;
            update creators set user_id = 'a0000000-0000-4000-8000-000000000000'
            """);
        await using (var session = await OpenTransaction.BeginAsRoleAsync(
            database, "authenticated", Guid.Parse("a0000000-0000-4000-8000-000000000000")))
        {
            Assert.Equal(1, await session.ExecuteAsync(Queue));
            await session.CommitAsync();
        }

        Assert.Equal(1L, await database.CountAsync("net.http_request_queue"));
        Assert.False(await database.ScalarAsync<bool>("select has_sequence_privilege('authenticated', 'post_queue_wake_clock', 'select')"));
        Assert.False(await database.ScalarAsync<bool>("select has_schema_privilege('authenticated', 'vault', 'usage')"));
    }

    [Fact]
    public async Task Whoever_may_run_SQL_reads_the_key_while_a_call_waits_so_it_must_be_one_that_opens_nothing_else()
    {
        await using var database = await CreateAsync();
        await AddSecretsAsync(database);
        await database.ExecuteAsync(Queue);

        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "set role anon; select headers ->> 'x-functions-key' from net.http_request_queue", connection);

        Assert.Equal("the-key", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private async Task<TestDatabase> CreateAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await database.ExecuteAsync(
            """
            create schema net;
            create table net.http_request_queue (url text, body jsonb, params jsonb, headers jsonb, at timestamptz default clock_timestamp());
            create function net.http_post(
              url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}',
              timeout_milliseconds integer default 1000
            ) returns bigint language sql as 'insert into net.http_request_queue values ($1, $2, $3, $4); select 1::bigint';
            grant usage on schema net to public;
            grant all on all tables in schema net to public;
            create schema vault;
            create table vault.decrypted_secrets (name text, decrypted_secret text)
            """);
        await database.ExecuteAsync(Script);
        // Twice without harm.
        await database.ExecuteAsync(Script);
        return database;
    }

    private static Task<int> AddSecretsAsync(TestDatabase database) =>
        database.ExecuteAsync(
            """
            insert into vault.decrypted_secrets
            values ('post_queue_wake_url', 'https://example.com/api/queue/wake'), ('post_queue_wake_key', 'the-key')
            """);
}

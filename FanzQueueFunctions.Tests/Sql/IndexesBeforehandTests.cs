using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What to build before the migrations, as the catalog of the very database says, and the migration that refuses without it.</summary>
public sealed class IndexesBeforehandTests(PostgresFixture postgres)
{
    private const string Nothing = "-- Nothing is to be built before the migrations: no large table lacks an index.\n";

    [Fact]
    public async Task On_an_empty_database_there_is_nothing_to_build_and_nothing_is_left_there()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        var before = await database.CatalogAsync();

        Assert.Equal(Nothing, await ScriptAsync(database));
        Assert.Equal(before, await database.CatalogAsync());
        await MigrateAsync(database);
    }

    [Fact]
    public async Task Small_tables_the_migration_indexes_itself_and_what_they_pay_for_already_is_told()
    {
        await using var database = await CreateProductionAsync(manyRows: false);

        var script = await ScriptAsync(database);

        Assert.StartsWith(Nothing, script, StringComparison.Ordinal);
        Assert.Contains(
            "-- The index idx_mpq_status on multiplatform_post_queue is read by nothing of this app, which has indexes of its own for what is open. "
                + "Each item makes three entries in it: when queued, claimed and settled.",
            script, StringComparison.Ordinal);
        await MigrateAsync(database);
        Assert.StartsWith(Nothing, await ScriptAsync(database), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_large_tables_the_migration_refuses_and_after_the_statements_it_builds_nothing_of_them()
    {
        await using var database = await CreateProductionAsync(manyRows: true);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => MigrateAsync(database));
        Assert.StartsWith("writers would wait while this migration builds ", refusal.MessageText, StringComparison.Ordinal);
        Assert.Contains("multiplatform_post_queue_due_idx on multiplatform_post_queue (about ", refusal.MessageText, StringComparison.Ordinal);
        Assert.Equal("\"FanzQueueFunctions.Standalone check --before-migration\" prints the statements.", refusal.Hint);
        Assert.False(await database.ScalarAsync<bool>("select to_regnamespace('post_queue') is not null"));

        var script = await ScriptAsync(database);
        // Production has others that serve.
        Assert.DoesNotContain("content_posts_creator_id_idx", script, StringComparison.Ordinal);
        // That table is small.
        Assert.DoesNotContain("creators_name_idx", script, StringComparison.Ordinal);
        await RunAsync(database, script);
        var built = await IndexesAsync(database);
        await MigrateAsync(database);

        Assert.Equal(
            ["creators_name_idx", "multiplatform_post_history_creator_id_idx", "multiplatform_post_history_original_post_id_idx", "multiplatform_post_history_posted_at_idx"],
            (await IndexesAsync(database)).Except(built).Select(index => index.Split(' ')[2]).Order(StringComparer.Ordinal));
        await MigratedAsSmallOnesAreAsync(database);
    }

    [Fact]
    public async Task What_was_built_already_is_not_built_again_and_what_was_interrupted_is_dropped_first()
    {
        await using var database = await CreateProductionAsync(manyRows: true);
        await RunAsync(database, await ScriptAsync(database));
        await database.ExecuteAsync("drop index multiplatform_post_queue_failed_idx");
        // A build that was interrupted.
        await database.ExecuteAsync(
            "update pg_index set indisvalid = false where indexrelid = 'multiplatform_post_queue_posted_idx'::regclass");

        await Assert.ThrowsAsync<PostgresException>(() => MigrateAsync(database));
        var script = await ScriptAsync(database);
        Assert.Equal(
            ["create index concurrently if not exists multiplatform_post_queue_failed_idx", "drop index concurrently public.multiplatform_post_queue_posted_idx;",
                "create index concurrently if not exists multiplatform_post_queue_posted_idx"],
            script.Split('\n').Where(line => line.Contains("index concurrently", StringComparison.Ordinal) && !line.StartsWith("--", StringComparison.Ordinal))
                .Select(line => line.Split(" on ")[0]));
        await RunAsync(database, script);
        await MigrateAsync(database);

        await MigratedAsSmallOnesAreAsync(database);
    }

    [Fact]
    public async Task An_interrupted_index_of_a_small_table_is_built_again_by_the_migration()
    {
        await using var database = await CreateProductionAsync(manyRows: false);
        await database.ExecuteAsync("create index multiplatform_post_history_posted_at_idx on multiplatform_post_history (posted_at)");
        await database.ExecuteAsync(
            "update pg_index set indisvalid = false where indexrelid = 'multiplatform_post_history_posted_at_idx'::regclass");

        await MigrateAsync(database);

        Assert.Equal(0L, await database.CountAsync("pg_index where not indisvalid"));
    }

    [Fact]
    public async Task Each_partition_of_a_large_table_is_indexed_by_itself_and_the_migration_takes_it_over()
    {
        await using var database = await CreateProductionAsync(manyRows: false);
        await database.ExecuteAsync(
            """
            drop table multiplatform_post_history;
            create table multiplatform_post_history (
              id uuid not null default gen_random_uuid(), original_post_id uuid, creator_id uuid, target_platform text not null,
              target_post_id uuid, time_to_post_seconds integer, engagement_on_original_platform jsonb,
              engagement_on_target_platform jsonb, posted_at timestamptz not null default now(), primary key (id, posted_at)
            ) partition by range (posted_at);
            create table history_before partition of multiplatform_post_history for values from (minvalue) to ('2026-01-01');
            create table history_since partition of multiplatform_post_history for values from ('2026-01-01') to (maxvalue);
            insert into multiplatform_post_history (target_platform, posted_at)
            select 'girlfanz', '2025-12-31'::timestamptz + n * interval '1 hour' from generate_series(1, 400) n;
            """);
        await ManyAreAsync(database, 100);

        await RunAsync(database, await ScriptAsync(database));
        var built = await IndexesAsync(database);
        await MigrateAsync(database);

        var added = (await IndexesAsync(database)).Except(built).Where(index => index.Contains(" ON public.history_", StringComparison.Ordinal));
        Assert.Empty(added);
        Assert.Contains(await IndexesAsync(database), index => index.Contains("multiplatform_post_history_posted_at_idx ON ONLY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("(status)", "Each item makes three entries in it: when queued, claimed and settled.")]
    [InlineData("(queued_at) where status = 'queued'", "Each item makes one entry in it: when queued.")]
    [InlineData("(queued_at) where status in ('queued', 'processing')", "Each item makes two entries in it: when queued and claimed.")]
    [InlineData("(failed_at) where status = 'failed'", "An item that is posted makes no entry in it.")]
    [InlineData("(queued_at) where scheduled_for is null", "Each item makes up to three entries in it, as its condition holds.")]
    public async Task An_index_of_their_own_costs_as_many_entries_as_its_condition_holds_times(string index, string cost)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"create index mine on multiplatform_post_queue {index}");

        Assert.Contains(cost, await ScriptAsync(database), StringComparison.Ordinal);
    }

    /// <summary>The same catalog as where the migration built everything itself.</summary>
    private async Task MigratedAsSmallOnesAreAsync(TestDatabase database)
    {
        await using var small = await CreateProductionAsync(manyRows: false);
        await MigrateAsync(small);
        Assert.Equal(await IndexesAsync(small), await IndexesAsync(database));
        Assert.Equal(0L, await database.CountAsync("pg_index where not indisvalid"));
        Assert.StartsWith(Nothing, await ScriptAsync(database), StringComparison.Ordinal);
    }

    private async Task<TestDatabase> CreateProductionAsync(bool manyRows)
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await database.ExecuteAsync(ProductionSchema.Sql);
        if (manyRows)
        {
            await database.ExecuteAsync(
                """
                insert into content_posts (creator_id, cluster, title, content_type)
                select c.id, 'boyfanz', 'A post', 'image' from (select id from creators limit 1) c, generate_series(1, 300);
                insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, status)
                select p.id, p.creator_id, 'girlfanz', 'posted' from (select id, creator_id from content_posts limit 1) p, generate_series(1, 300);
                analyze;
                """);
            await ManyAreAsync(database, 200);
        }

        return database;
    }

    /// <summary>From now on so many rows are many, in place of 100,000.</summary>
    private static Task<int> ManyAreAsync(TestDatabase database, int rows) => database.ExecuteAsync(
        $"do $$ begin execute format('alter database %I set post_queue.large_table_rows = {rows}', current_database()); end $$");

    private static async Task<string> ScriptAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return await IndexesBeforehand.ScriptAsync(connection, TestContext.Current.CancellationToken);
    }

    /// <summary>One statement after another, as psql sends them.</summary>
    private static async Task RunAsync(TestDatabase database, string script)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var statement in script.Split(";\n"))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string[]> IndexesAsync(TestDatabase database) =>
        [.. (await database.RowsAsync("select indexdef from pg_indexes where schemaname = 'public' order by indexname")).Select(row => (string)row[0]!)];

    private static Task MigrateAsync(TestDatabase database) => Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false");
}

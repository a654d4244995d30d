using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>The migrations on an empty database, on production's schema with its rows, and on either of them twice.</summary>
public sealed class MigrationTests(PostgresFixture postgres)
{
    private static readonly string[] Tables =
    [
        "creators", "content_posts", "multiplatform_post_queue", "multiplatform_post_history",
        "creator_multiplatform_settings",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Applied_twice_they_leave_what_they_left_the_first_time(bool production)
    {
        await using var database = production
            ? await CreateProductionAsync()
            : await postgres.CreateEmptyDatabaseAsync();
        await MigrateAsync(database);
        var once = await database.CatalogAsync();

        await MigrateAsync(database);

        Assert.Equal(once, await database.CatalogAsync());
        Assert.Contains(once, line => line.StartsWith("function", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Production_gets_the_columns_that_an_empty_database_gets()
    {
        await using var empty = await postgres.CreateDatabaseAsync();
        await using var production = await CreateProductionAsync();

        await MigrateAsync(production);

        static IEnumerable<string> Columns(string[] catalog) =>
            catalog.Where(line => line.StartsWith("column", StringComparison.Ordinal));
        Assert.Equal(
            ["column creators.biography text default  not null f"],
            Columns(await production.CatalogAsync()).Except(Columns(await empty.CatalogAsync())));
        Assert.Empty(Columns(await empty.CatalogAsync()).Except(Columns(await production.CatalogAsync())));
    }

    [Fact]
    public async Task Productions_rows_are_as_they_were()
    {
        await using var database = await CreateProductionAsync();
        Dictionary<string, string> columns = [];
        foreach (var table in Tables)
        {
            columns[table] = await database.ScalarAsync<string>(
                $"select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = '{table}'::regclass and attnum > 0");
        }

        async Task<string[]> RowsAsync() =>
        [
            .. (await Task.WhenAll(Tables.Select(
                table => database.RowsAsync($"select row_to_json(t)::text from (select {columns[table]} from {table}) t"))))
                .SelectMany(rows => rows)
                .Select(row => (string)row[0]!)
                .Order(StringComparer.Ordinal),
        ];
        var before = await RowsAsync();

        await MigrateAsync(database);

        Assert.Equal(before, await RowsAsync());
        Assert.Equal(9, before.Length);
    }

    [Fact]
    public async Task Productions_own_trigger_function_stays_behind_the_trigger_and_skips_cross_posts()
    {
        await using var database = await CreateProductionAsync();
        var function = await FunctionAsync(database);

        await MigrateAsync(database);

        Assert.Equal(
            "trigger CREATE TRIGGER on_post_created_multiplatform AFTER INSERT ON public.content_posts FOR EACH ROW WHEN ((NOT new.is_crosspost)) EXECUTE FUNCTION handle_new_post()",
            Assert.Single(await database.TriggersAsync(), trigger => trigger.Contains(" ON public.content_posts ", StringComparison.Ordinal)));
        Assert.Equal(function, await FunctionAsync(database));
        Assert.Equal(0L, await database.CountAsync("pg_proc where proname = 'queue_default_platforms'"));

        static Task<string> FunctionAsync(TestDatabase database) =>
            database.ScalarAsync<string>("select pg_get_functiondef('handle_new_post'::regproc)");
    }

    [Fact]
    public async Task Productions_own_policies_are_kept_and_tables_without_any_get_theirs()
    {
        await using var database = await CreateProductionAsync();
        var before = await database.PoliciesAsync();

        await MigrateAsync(database);

        var after = await database.PoliciesAsync();
        Assert.Empty(before.Except(after));
        Assert.Equal(
            [
                ["creator_multiplatform_settings", 1L, true],
                ["multiplatform_post_history", 1L, true],
                ["multiplatform_post_queue", 1L, true],
            ],
            await database.RowsAsync(
                """
                select tablename::text, count(*), bool_and(relrowsecurity)
                from pg_policies join pg_class on oid = format('public.%I', tablename)::regclass
                where schemaname = 'public' group by tablename order by tablename
                """));
    }

    [Fact]
    public async Task Productions_own_autovacuum_settings_are_kept_and_the_others_are_set()
    {
        await using var database = await CreateProductionAsync();
        await database.ExecuteAsync("alter table multiplatform_post_queue set (autovacuum_vacuum_threshold = 77)");

        await MigrateAsync(database);

        Assert.Equal(
            ["autovacuum_vacuum_threshold=77", "autovacuum_vacuum_scale_factor=0.01"],
            await database.ScalarAsync<string[]>(
                "select reloptions from pg_class where oid = 'multiplatform_post_queue'::regclass"));
    }

    [Fact]
    public async Task A_foreign_key_that_has_an_index_under_another_name_gets_no_second_one()
    {
        await using var database = await CreateProductionAsync();

        await MigrateAsync(database);

        Assert.Equal(
            [
                ["content_posts", "creator_id", "idx_posts_of_creator"],
                ["multiplatform_post_history", "creator_id", "multiplatform_post_history_creator_id_idx"],
                ["multiplatform_post_history", "original_post_id", "multiplatform_post_history_original_post_id_idx"],
                ["multiplatform_post_queue", "creator_id", "idx_mpq_creator"],
                ["multiplatform_post_queue", "original_post_id", "idx_mpq_original"],
            ],
            await database.RowsAsync(
                """
                select indrelid::regclass::text, attname::text, indexrelid::regclass::text
                from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
                where indpred is null and attname in ('creator_id', 'original_post_id')
                  and indrelid <> 'creator_multiplatform_settings'::regclass
                order by 1, 2, 3
                """));
    }

    [Fact]
    public async Task Every_platform_that_the_app_serves_is_in_the_enum()
    {
        await using var database = await CreateProductionAsync();

        await MigrateAsync(database);

        var platforms = await File.ReadAllLinesAsync(SqlFile("platforms.txt"), TestContext.Current.CancellationToken);
        var labels = await database.RowsAsync("select unnest(enum_range(null::platform_cluster))::text");
        Assert.Equal(platforms, labels.Select(row => row[0]));
        Assert.Equal(50, platforms.Length);
    }

    [Fact]
    public async Task What_production_had_queued_is_posted_once_and_queues_nothing_more()
    {
        await using var database = await CreateProductionAsync();
        await MigrateAsync(database);
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId);

        var results = await database.SettleAsync(
            claimId, [.. items.Select(item => Post(item!.Id(), item!.Text("target_platform")!))]);

        Assert.Equal(["posted", "posted"], results.Select(result => result!.Outcome()));
        Assert.Equal(4L, await database.CountAsync("multiplatform_post_queue"));
        Assert.Equal(0L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task The_demo_data_loads_twice()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var seed = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "supabase", "seed.sql"), TestContext.Current.CancellationToken);
        await database.ExecuteAsync(seed);
        var once = await database.RowsAsync("select row_to_json(p)::text from content_posts p order by id");

        await database.ExecuteAsync(seed);

        Assert.Equal(once, await database.RowsAsync("select row_to_json(p)::text from content_posts p order by id"));
        Assert.Equal(3, once.Count);
        Assert.Equal(2L, await database.CountAsync("creators"));
    }

    private static Task MigrateAsync(TestDatabase database) =>
        Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false");

    private static string SqlFile(string name) =>
        Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Tests", "Sql", name);

    private async Task<TestDatabase> CreateProductionAsync()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await database.ExecuteAsync(await File.ReadAllTextAsync(
            SqlFile("production_schema.sql"), TestContext.Current.CancellationToken));
        return database;
    }
}

using System.Globalization;
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
        string[] known =
        [
            "column content_posts.id uuid default {0} not null t",
            "column creator_multiplatform_settings.id uuid default {0} not null t",
            "column creators.id uuid default {0} not null t",
        ];
        Assert.Equal(
            ["column creators.biography text default  not null f", .. known.Select(line => string.Format(CultureInfo.InvariantCulture, line, "extensions.uuid_generate_v4()"))],
            Columns(await production.CatalogAsync()).Except(Columns(await empty.CatalogAsync())).Order(StringComparer.Ordinal)
                .OrderBy(line => line.Contains("uuid_generate_v4", StringComparison.Ordinal)));
        Assert.Equal(
            known.Select(line => string.Format(CultureInfo.InvariantCulture, line, "gen_random_uuid()")),
            Columns(await empty.CatalogAsync()).Except(Columns(await production.CatalogAsync())));
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
            "trigger CREATE TRIGGER trigger_post_created_multiplatform AFTER INSERT ON public.content_posts FOR EACH ROW WHEN ((NOT new.is_crosspost)) EXECUTE FUNCTION on_post_created_multiplatform()",
            Assert.Single(await database.TriggersAsync(), trigger => trigger.Contains(" AFTER INSERT ON public.content_posts ", StringComparison.Ordinal)));
        Assert.Equal(function, await FunctionAsync(database));

        static Task<string> FunctionAsync(TestDatabase database) =>
            database.ScalarAsync<string>("select pg_get_functiondef('on_post_created_multiplatform'::regproc)");
    }

    [Fact]
    public async Task The_base_schema_changes_nothing_where_content_posts_exists()
    {
        await using var database = await CreateProductionAsync();
        await database.ExecuteAsync("drop table creator_multiplatform_settings; drop function auth.uid() cascade");
        await database.ExecuteAsync("create or replace function auth.uid() returns uuid language sql as 'select null::uuid'");
        var before = await database.CatalogAsync();

        await Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false", [Migrations.Files[0]]);

        Assert.Equal(before, await database.CatalogAsync());
        Assert.EndsWith("_base_schema.sql", Migrations.Files[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select 'as production has it'")]
    [InlineData("alter trigger trigger_post_created_multiplatform on content_posts rename to another_name")]
    [InlineData(
        """
        drop trigger trigger_post_created_multiplatform on content_posts;
        create constraint trigger trigger_post_created_multiplatform after insert on content_posts
          deferrable initially deferred for each row execute function on_post_created_multiplatform()
        """)]
    [InlineData(
        """
        create function queue_in_turn() returns trigger language plpgsql as
          $$
          begin
            perform queue_by_rule(new.id, new.creator_id);
            return new;
          end
          $$;
        create function queue_by_rule(post uuid, creator uuid) returns void language sql as
          $$ select queue_item(post, creator, platform)
             from (select unnest(default_platforms) as platform from creator_multiplatform_settings where creator_id = creator) as p $$;
        create function queue_item(post uuid, creator uuid, platform text) returns void language sql as
          $$ insert into multiplatform_post_queue (original_post_id, creator_id, target_platform) values (post, creator, platform) $$;
        drop trigger trigger_post_created_multiplatform on content_posts;
        create trigger queues after insert on content_posts for each row execute function queue_in_turn()
        """)]
    [InlineData(
        """
        create function queue_all() returns trigger language plpgsql as
          $$
          begin
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
            select a.id, a.creator_id, platform
            from added a join creator_multiplatform_settings s using (creator_id), unnest(s.default_platforms) as platform;
            return null;
          end
          $$;
        drop trigger trigger_post_created_multiplatform on content_posts;
        create trigger trigger_post_created_multiplatform after insert on content_posts
          referencing new table as added for each statement execute function queue_all()
        """)]
    public async Task A_new_post_gets_one_item_a_platform_as_before_whatever_queues_it(string trigger)
    {
        await using var database = await CreateProductionAsync();
        await database.ExecuteAsync("set check_function_bodies = off; " + trigger);
        var before = await QueuedForNewPostAsync();

        await MigrateAsync(database);

        Assert.Equal([["girlfanz", 1L], ["pupfanz", 1L]], before);
        Assert.Equal(before, await QueuedForNewPostAsync());

        async Task<IReadOnlyList<object?[]>> QueuedForNewPostAsync()
        {
            var post = await database.ScalarAsync<Guid>(
                """
                insert into content_posts (creator_id, cluster, title, content_type, status)
                values ('c1000000-0000-4000-8000-000000000001', 'boyfanz', 'New', 'image', 'published') returning id
                """);
            return await database.RowsAsync(
                "select target_platform, count(*) from multiplatform_post_queue where original_post_id = $1 group by 1 order by 1",
                post);
        }
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

        var platforms = await File.ReadAllLinesAsync(
            Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Tests", "Sql", "platforms.txt"), TestContext.Current.CancellationToken);
        var labels = await database.RowsAsync("select unnest(enum_range(null::platform_cluster))::text");
        Assert.Equal(platforms, labels.Select(row => row[0]));
        Assert.Equal(50, platforms.Length);
    }

    [Theory]
    [InlineData("gen_random_uuid()", "uuid_v7()")]
    [InlineData("extensions.uuid_generate_v4()", "uuid_v7()")]
    [InlineData("\"my extensions\".uuid_generate_v4()", "uuid_v7()")]
    [InlineData("uuid_generate_v4()", "uuid_v7()")]
    [InlineData("public.my_own_id()", "my_own_id()")]
    [InlineData("md5(extensions.uuid_generate_v4()::text)::uuid", "(md5((extensions.uuid_generate_v4())::text))::uuid")]
    public async Task Ids_come_in_the_order_of_time_where_the_default_was_a_known_random_one(string before, string after)
    {
        await using var database = await CreateProductionAsync();
        await database.ExecuteAsync(
            $"""
            create schema "my extensions";
            create function "my extensions".uuid_generate_v4() returns uuid language sql as 'select gen_random_uuid()';
            create function public.uuid_generate_v4() returns uuid language sql as 'select gen_random_uuid()';
            create function public.my_own_id() returns uuid language sql as 'select gen_random_uuid()';
            alter table multiplatform_post_queue alter column id set default {before};
            """);

        await MigrateAsync(database);

        Assert.Equal(
            after,
            await database.ScalarAsync<string>(
                "select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'multiplatform_post_queue'::regclass and adnum = 1"));
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

    private async Task<TestDatabase> CreateProductionAsync()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await database.ExecuteAsync(ProductionSchema.Sql);
        return database;
    }
}

using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// No function of the queue takes an object that somebody put into public, extensions or pg_temp for a built-in one, though
/// triggers of others run with the path that they expect.
/// </summary>
public sealed class HostileObjectTests(PostgresFixture postgres)
{
    // Each fits the app's calls better than the built-in one, and says so where it is called.
    private const string Traps =
        """
        create table public.sprung (what text);
        grant insert on public.sprung to public;
        create function public.spring(what text) returns void language sql as 'insert into public.sprung values (what)';
        create function public.format(text, integer) returns text language sql as $$ select public.spring('format'); select 'trap' $$;
        create function public.format(text, public.content_status) returns text language sql as
          $$ select public.spring('format status'); select 'trap' $$;
        create function public.left(varchar, integer) returns text language sql as $$ select public.spring('left'); select 'trap' $$;
        create function public.is_status(a public.platform_post_status, b public.platform_post_status) returns boolean
          language sql as $$ select public.spring('status ='); select true $$;
        create operator public.= (leftarg = public.platform_post_status, rightarg = public.platform_post_status,
          function = public.is_status);
        create function public.is_content(a public.content_status, b public.content_status) returns boolean
          language sql as $$ select public.spring('content ='); select true $$;
        create operator public.= (leftarg = public.content_status, rightarg = public.content_status,
          function = public.is_content);
        create function public.jsonb_build_object(text, uuid) returns jsonb language sql as
          $$ select public.spring('jsonb_build_object'); select '{}'::jsonb $$;
        create schema extensions;
        create function extensions.make_interval(secs integer) returns interval language sql as
          $$ select public.spring('make_interval'); select interval '0' $$;
        """;

    [Fact]
    public async Task The_life_of_items_springs_no_trap()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(Traps);
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(post, 8);
        var archived = await database.AddPostAsync(await database.AddCreatorAsync(), with: "status = 'archived'");
        await database.AddItemAsync(archived);
        await database.AddItemAsync(
            post, with: "status = 'processing', processing_started_at = now() - interval '1 day', rescue_count = 3");
        await database.AddItemAsync(
            post, with: "status = 'processing', processing_started_at = now() - interval '1 hour'");
        await database.ExecuteAsync("truncate sprung");
        await using var session = await database.OpenAsync();
        await RunAsync("create domain pg_temp.uuid as text check (public.spring('domain') is null or false)");
        await RunAsync("create domain pg_temp.text as varchar check (public.spring('domain') is null or false)");

        var claimId = Guid.CreateVersion7();
        var claim = JsonNode.Parse((string)(await RunAsync($"select public.post_queue_claim('{claimId}', 6, 900)::pg_catalog.text"))!)!;
        var outcomes = claim["items"]!.AsArray().Select((item, n) => n switch
        {
            0 => Refuse(item!.Id(), "Not this one."),
            1 => Fail(item!.Id(), "Not now."),
            _ => Post(item!.Id()),
        });
        var settled = JsonNode.Parse((string)(await RunAsync(
            $"select public.post_queue_settle('{claimId}', '{new JsonArray([.. outcomes]).ToJsonString()}')::pg_catalog.text"))!)!;
        await RunAsync("select public.post_queue_reset_stuck(0)");
        await ChangeAsync("retry", """{"status": "failed"}""");
        await ChangeAsync("cancel", """{"status": "queued"}""");
        await RunAsync("update public.multiplatform_post_queue set queued_at = now() - interval '9 days', updated_at = now() - interval '9 days'");
        await ChangeAsync("prune", """{"status": "cancelled", "to": "2026-11-20T00:00:00Z"}""");
        await RunAsync("select public.post_queue_prune_history(now() - interval '2 days', 'k4', 'a test')");
        await RunAsync("update post_queue.actions set updated_at = now() - interval '9 days'");
        await RunAsync("select public.post_queue_prune_changes(now() - interval '2 days', 'k6', 'a test')");
        foreach (var read in (string[])[
            "post_queue_health(300)", "post_queue_overview(300)", "post_queue_platform_series()", "post_queue_find(gen_random_uuid())", "post_queue_check()", "post_queue_items('{}', true, 10)",
            "post_queue_failures()", "post_queue_series(3600, 60)", "post_queue_roll_up()", "post_queue_creators('a')",
            "post_queue_action_list()", "post_queue_pause('girlfanz', 'a test', 'why', 'k5')", "post_queue_health(300)"])
            await RunAsync($"select public.{read}");

        Assert.Contains("posted", settled.AsArray().Select(result => result!.Outcome()));
        Assert.Empty(await database.RowsAsync("select what from public.sprung "));

        Task<object?> ChangeAsync(string verb, string filter) => RunAsync(
            $$"""select public.post_queue_{{verb}}('{"idempotency_key": "{{verb}}", "actor": "a test", "filter": {{filter}} }', 1)""");

        async Task<object?> RunAsync(string sql)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, session);
            return await command.ExecuteScalarAsync();
        }
    }

    [Fact]
    public async Task Triggers_of_others_that_name_their_tables_without_a_schema_go_on()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            create table noted (what text);
            create function note() returns trigger language plpgsql as
              $$ begin insert into noted values (tg_table_name || ' ' || tg_op); return coalesce(new, old); end $$;
            create trigger note before insert or update or delete on content_posts for each row execute function note();
            create trigger note before insert or update or delete on multiplatform_post_queue for each row execute function note();
            create trigger note after insert on multiplatform_post_history for each row execute function note();
            """);
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync("truncate noted");

        var result = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal((null, "posted"), (result.Text("error"), result.Outcome()));
        Assert.Equal(
            [
                ["content_posts INSERT", 1L], ["multiplatform_post_history INSERT", 1L],
                ["multiplatform_post_queue UPDATE", 2L],
            ],
            await database.RowsAsync("select what, count(*) from noted group by 1 order by 1"));
    }

    [Fact]
    public async Task Every_function_that_writes_or_runs_with_rights_pins_its_path_and_a_trigger_function_is_run_by_nobody()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var pinned = await database.RowsAsync(
            """
            select distinct s.setting
            from pg_proc p
            cross join lateral (select unnest(p.proconfig) as setting) as s
            where p.pronamespace in ('post_queue'::regnamespace, 'public'::regnamespace)
              and (p.proname like 'post\_queue\_%' or p.pronamespace = 'post_queue'::regnamespace)
              and s.setting like 'search\_path=%'
            """);
        var unpinned = await database.RowsAsync(
            """
            select p.oid::regprocedure::text
            from pg_proc p
            where p.pronamespace in ('post_queue'::regnamespace, 'public'::regnamespace)
              and (p.proname like 'post\_queue\_%' or p.pronamespace = 'post_queue'::regnamespace)
              and not exists (select from unnest(p.proconfig) as setting where setting like 'search\_path=%')
              and (p.prosecdef or p.prolang = (select oid from pg_language where lanname = 'plpgsql'))
            order by 1
            """);
        var runnable = await database.RowsAsync(
            """
            select p.oid::regprocedure::text, r.rolname::text
            from pg_proc p cross join pg_roles r
            where p.prorettype = 'trigger'::regtype and p.proname like 'post\_queue\_%'
              and r.rolname in ('anon', 'authenticated', 'service_role') and has_function_privilege(r.oid, p.oid, 'execute')
            """);

        Assert.Equal([["search_path=pg_catalog, pg_temp"]], pinned);
        // They name even operators in full, and say why.
        Assert.Equal(["post_queue.add_times", "post_queue.compose", "post_queue_wake"], unpinned.Select(row => ((string)row[0]!).Split('(')[0]));
        Assert.Empty(runnable);
    }
}

using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>post_queue_check: each finding on a database that was made to have it, and on one that has not.</summary>
public sealed class CheckTests(PostgresFixture postgres)
{
    // Supabase's default privileges give the tables to every role.
    private const string TableGrants = "grant all on all tables in schema public to anon, authenticated";

    // What grants and policies permit matters where the guards are off.
    private const string Unguarded = "select post_queue_guard(false); ";

    [Fact]
    public async Task A_database_fresh_from_the_migrations_is_as_it_should_be()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        Assert.Empty(await FoundAsync(database));
    }

    [Fact]
    public async Task What_was_looked_at_and_is_well_is_said_too_and_comes_last()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop index multiplatform_post_queue_due_idx");

        var findings = JsonNode.Parse(await database.ScalarAsync<string>("select post_queue_check()::text"))!.AsArray();

        Assert.Equal("warning", (string?)findings[0]!["level"]);
        Assert.All(findings.Skip(1), finding =>
        {
            Assert.Equal("ok", (string?)finding!["level"]);
            Assert.Equal(["level", "what"], finding.AsObject().Select(part => part.Key).Order());
        });
        Assert.Contains(findings, finding => (string?)finding!["what"] == "The SQL functions are of version 5, for apps from 1.0.0, before 2.0.0.");
        Assert.DoesNotContain(
            findings, finding => (string?)finding!["what"] == "All indexes that the queue needs are there.");
    }

    [Fact]
    public async Task The_service_role_can_call_it_and_finds_what_the_owner_finds()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "service_role");

        Assert.Empty(Found(await session.ScalarAsync<string>("select post_queue_check(5)::text")));
    }

    [Fact]
    public async Task Functions_older_than_the_app_are_an_error()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var finding = Assert.Single(Found(await database.ScalarAsync<string>("select post_queue_check(6)::text")));

        Assert.Equal("error", finding.Level);
        Assert.Equal(
            "Apply the migrations in supabase/migrations (the database has version 5, this app needs version 6).",
            finding.Advice);
    }

    [Theory]
    [InlineData("drop function post_queue.spend(uuid[])", "error", "The function post_queue.spend(uuid[]) is missing.")]
    [InlineData("create or replace function post_queue.is_environment(state text) returns boolean language sql immutable as 'select false'",
        "warning", "The function post_queue.is_environment(text) is not what the migration made.")]
    [InlineData("alter function post_queue.hint() security definer", "warning", "The function post_queue.hint() is not what the migration made.")]
    [InlineData("alter function post_queue.hint() reset search_path", "warning", "The function post_queue.hint() is not what the migration made.")]
    [InlineData("drop trigger post_queue_wake on multiplatform_post_queue",
        "warning", "The trigger post_queue_wake on public.multiplatform_post_queue is missing or disabled.")]
    [InlineData("alter table content_posts disable trigger trigger_post_created_multiplatform",
        "warning", "No trigger on content_posts queues items.")]
    [InlineData("alter table multiplatform_post_queue drop constraint multiplatform_post_queue_creator_id_fkey",
        "warning", "The foreign key multiplatform_post_queue_creator_id_fkey on public.multiplatform_post_queue is missing.")]
    [InlineData("alter table multiplatform_post_queue disable row level security",
        "warning", "Row-level security is off for public.multiplatform_post_queue.")]
    [InlineData("alter table post_queue.actions disable row level security",
        "warning", "Row-level security is off for post_queue.actions.")]
    [InlineData("grant execute on function post_queue_retry(jsonb, integer) to anon, authenticated",
        "warning", "anon and authenticated may call the function public.post_queue_retry(jsonb,integer).")]
    [InlineData("grant execute on function post_queue_retry(jsonb, integer) to public",
        "warning", "everybody may call the function public.post_queue_retry(jsonb,integer).")]
    [InlineData("grant create on schema public to authenticated",
        "warning", "authenticated may create objects in the schema public.")]
    public async Task What_the_release_is_made_of_and_is_missing_changed_off_or_open_is_told(
        string damage, string level, string what)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(damage);

        AssertFound(await FoundAsync(database), level, what);
    }

    [Fact]
    public async Task A_role_that_may_not_delete_is_a_note_that_nothing_can_be_pruned()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("revoke delete on multiplatform_post_history from service_role");
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "service_role");

        AssertFound(
            Found(await session.ScalarAsync<string>("select post_queue_check(5)::text")),
            "note", "The role service_role lacks DELETE on multiplatform_post_history.");
    }

    [Fact]
    public async Task A_session_in_which_no_trigger_runs_is_a_warning()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await OpenTransaction.BeginAsync(database);
        await session.ExecuteAsync("set local session_replication_role = replica");

        AssertFound(
            Found(await session.ScalarAsync<string>("select post_queue_check(5)::text")),
            "warning", "session_replication_role is replica.");
    }

    [Fact]
    public async Task A_database_that_takes_no_changes_is_a_warning_for_it_may_pass()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await OpenTransaction.BeginAsync(database);
        await session.ExecuteAsync("set local default_transaction_read_only = on");

        AssertFound(
            Found(await session.ScalarAsync<string>("select post_queue_check(5)::text")),
            "warning", "default_transaction_read_only is on.");
    }

    [Fact]
    public async Task A_default_of_the_content_type_is_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter table content_posts alter content_type set default 'image'");

        var finding = Assert.Single(await FoundAsync(database));

        Assert.Equal(("note", "content_posts.content_type has a default, 'image'::public.media_type."), (finding.Level, finding.What));
    }

    [Fact]
    public async Task Due_items_that_repeat_what_is_posted_or_queued_already_are_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        var (once, twice, again) = (
            await database.AddPostAsync(creator), await database.AddPostAsync(creator), await database.AddPostAsync(creator));
        await database.AddItemAsync(once);
        await database.AddItemAsync(once, "boyfanz");
        await database.AddItemAsync(twice);
        await database.AddItemAsync(twice);
        await database.AddItemAsync(again, with: "status = 'posted', completed_at = now()");
        await database.AddItemAsync(again);

        var finding = Assert.Single(await FoundAsync(database));

        Assert.Equal("note", finding.Level);
        Assert.StartsWith(
            "Of the next 200 due items 3 repeat what is posted or queued already, such as those of the original ", finding.What);
    }

    [Theory]
    [InlineData("create index mine on multiplatform_post_queue (status)")]
    [InlineData("create index mine on multiplatform_post_queue (scheduled_for)")]
    [InlineData("create index mine on multiplatform_post_queue (status, queued_at desc)")]
    [InlineData("create index mine on multiplatform_post_queue (queued_at) where status = 'queued'")]
    public async Task An_index_that_the_apps_own_make_needless_is_a_note(string index)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(index);

        AssertFound(
            await FoundAsync(database),
            "note",
            "The index mine on multiplatform_post_queue is read by nothing of this app, which has indexes of its own for what is open.");
    }

    [Theory]
    [InlineData("create index mine on content_posts (creator_id, status); create index less on content_posts (creator_id)",
        "content_posts_creator_id_idx")]
    [InlineData("create index mine on multiplatform_post_history (posted_at)", "mine")]
    [InlineData("create index mine on content_posts (id)", "mine")]
    [InlineData("create index mine on multiplatform_post_queue (greatest(scheduled_for, queued_at)) where status = 'queued'", "mine")]
    public async Task An_index_that_another_one_contains_is_a_note(string index, string needless)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(index);

        Assert.Contains(
            await FoundAsync(database),
            finding => finding.Level == "note"
                && finding.What.StartsWith($"The index {needless} on ", StringComparison.Ordinal)
                && finding.What.Contains("answers nothing that ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("create index mine on multiplatform_post_queue (creator_id, status)")]
    [InlineData("create index mine on multiplatform_post_queue (lower(target_platform), status)")]
    [InlineData("create index mine on multiplatform_post_queue (status) include (target_platform)")]
    [InlineData("create unique index mine on multiplatform_post_queue (queued_at)")]
    [InlineData("create index mine on multiplatform_post_queue using hash (status)")]
    [InlineData("create index mine on content_posts (status)")]
    [InlineData("create index mine on content_posts (id desc)")]
    [InlineData("create index mine on content_posts (id) where status = 'draft'")]
    public async Task An_index_that_may_be_of_use_to_somebody_is_none(string index)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(index);
        // The index above on the creator serves in place of the app's own, which it contains.
        if (index.Contains("(creator_id", StringComparison.Ordinal))
            await database.ExecuteAsync("drop index multiplatform_post_queue_creator_id_idx");

        Assert.Empty(await FoundAsync(database));
    }

    [Fact]
    public async Task Of_two_indexes_that_are_alike_one_is_needless()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "create index first on content_posts (content_type); create index second on content_posts (content_type)");

        AssertFound(
            await FoundAsync(database), "note", "The index second on content_posts answers nothing that first does not.");
    }

    [Theory]
    [InlineData("multiplatform_post_queue_due_idx")]
    [InlineData("multiplatform_post_queue_processing_idx")]
    [InlineData("multiplatform_post_queue_failed_idx")]
    [InlineData("multiplatform_post_history_posted_at_idx")]
    [InlineData("content_posts_queue_item_id_key")]
    public async Task An_index_of_the_app_that_is_missing_is_a_warning(string index)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"drop index {index}");

        AssertFound(await FoundAsync(database), "warning", $"The index {index} is missing.");
    }

    [Fact]
    public async Task An_index_whose_build_was_interrupted_is_a_warning()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 2);
        // Two rows, and one value.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync(
            "create unique index concurrently broken on multiplatform_post_queue ((true))"));

        AssertFound(await FoundAsync(database), "warning", "The index broken is invalid: its build was interrupted.");
    }

    [Fact]
    public async Task A_trigger_that_queues_items_for_cross_posts_too_is_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            drop trigger trigger_post_created_multiplatform on content_posts;
            create trigger another_name after insert on content_posts for each row execute function on_post_created_multiplatform()
            """);

        var finding = AssertFound(
            await FoundAsync(database),
            "note",
            "The trigger another_name on content_posts queues items, and is called for cross-posts too.");
        Assert.Equal(
            "Create it again with: for each row when (not new.is_crosspost) execute function public.on_post_created_multiplatform().",
            finding.Advice);
    }

    [Theory]
    [InlineData("alter trigger trigger_post_created_multiplatform on content_posts rename to mine")]
    [InlineData("create trigger mine after delete on content_posts for each row execute function on_post_created_multiplatform()")]
    [InlineData(
        """
        create function other() returns trigger language plpgsql as 'begin return null; end';
        create trigger mine after insert on content_posts for each row execute function other()
        """)]
    [InlineData(
        """
        create trigger mine after insert on content_posts for each row execute function on_post_created_multiplatform();
        alter table content_posts disable trigger mine
        """)]
    public async Task A_trigger_that_queues_nothing_for_cross_posts_is_none(string trigger)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(trigger);

        Assert.Empty(await FoundAsync(database));
    }

    [Theory]
    [InlineData("create trigger mine after insert on content_posts for each row when (not new.is_crosspost) execute function on_post_created_multiplatform()")]
    [InlineData(
        """
        create function queue_one(post uuid) returns void language sql as
          $$ insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
             select id, creator_id, 'girlfanz' from content_posts where id = post $$;
        create function queue_it() returns trigger language plpgsql as
          $$ begin perform queue_one(id) from added; return null; end $$;
        create trigger mine after insert on content_posts referencing new table as added for each statement execute function queue_it()
        """)]
    [InlineData(
        """
        do $made$ begin execute
          $$ create function "queue[one"(post uuid) returns void language sql
             begin atomic
               insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
                 select id, creator_id, 'girlfanz' from content_posts where id = post;
             end $$;
        end $made$;
        create function queue_it() returns trigger language plpgsql as
          $$ begin perform "queue[one"(id) from added; return null; end $$;
        create trigger mine after insert on content_posts referencing new table as added for each statement execute function queue_it()
        """)]
    public async Task Two_triggers_that_queue_items_are_a_warning(string second)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(second);

        AssertFound(
            await FoundAsync(database),
            "warning",
            "2 triggers on content_posts queue items: mine, trigger_post_created_multiplatform.");
    }

    [Fact]
    public async Task An_id_whose_default_is_none_of_the_known_ones_is_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter table multiplatform_post_queue alter column id set default md5(random()::text)::uuid");

        AssertFound(
            await FoundAsync(database),
            "note",
            "The id of public.multiplatform_post_queue has the default (md5((random())::text))::uuid.");
    }

    [Theory]
    [InlineData("drop trigger post_queue_skip_crossposts on multiplatform_post_queue")]
    [InlineData("alter table multiplatform_post_queue disable trigger post_queue_skip_crossposts")]
    public async Task A_loop_of_cross_posts_that_is_not_closed_is_a_warning(string opening)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(opening);

        AssertFound(
            await FoundAsync(database),
            "warning",
            "The trigger post_queue_skip_crossposts on multiplatform_post_queue is missing or disabled.");
    }

    [Fact]
    public async Task Due_items_for_unknown_platforms_are_a_warning_with_their_names_and_numbers()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        foreach (var platform in (string[])["girlfnz", "a", "b", "c", "d", "e", "girlfanz"])
            await database.AddItemAsync(post, platform);
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()), "girlfnz");

        AssertFound(
            await FoundAsync(database),
            "warning",
            "Of the next 1,000 due items 7 are for unknown platforms: girlfnz (2), a (1), b (1), c (1), d (1) and 1 more.");
    }

    [Fact]
    public async Task Items_that_are_not_due_are_not_looked_at()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(post, "girlfnz", with: "scheduled_for = now() + interval '1 day'");
        await database.AddItemAsync(post, "girlfnz", with: "status = 'failed'");

        Assert.Empty(await FoundAsync(database));
    }

    [Fact]
    public async Task A_role_that_row_level_security_applies_to_is_an_error_for_each_table()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        // Roles are the server's, not the database's: one of its own each time.
        var role = $"check_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"create role {role} nobypassrls in role service_role");
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, role);

        var findings = Found(await session.ScalarAsync<string>("select post_queue_check()::text"));

        Assert.Equal(
            [
                $"Row-level security hides multiplatform_post_history from the role {role}.",
                $"Row-level security hides multiplatform_post_queue from the role {role}.",
            ],
            findings.Where(finding => finding.Level == "error").Select(finding => finding.What).Order());
    }

    [Theory]
    [InlineData("creators", "update")]
    [InlineData("content_posts", "insert")]
    [InlineData("multiplatform_post_queue", "select")]
    [InlineData("multiplatform_post_history", "insert")]
    public async Task A_privilege_that_the_role_lacks_is_an_error(string table, string privilege)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"revoke {privilege} on {table} from service_role");
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "service_role");

        var finding = AssertFound(
            Found(await session.ScalarAsync<string>("select post_queue_check()::text")),
            "error",
            $"The role service_role lacks {privilege.ToUpperInvariant()} on {table}.");
        Assert.Equal($"Run: grant {privilege} on public.{table} to service_role.", finding.Advice);
    }

    [Fact]
    public async Task A_sequence_that_the_role_may_not_use_is_an_error()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter table content_posts add column number bigserial");

        var what = "The role service_role lacks USAGE on the sequence content_posts_number_seq.";
        Assert.Contains(await FoundAsServiceRoleAsync(), finding => finding is { Level: "error" } && finding.What == what);
        await database.ExecuteAsync("grant usage on sequence content_posts_number_seq to service_role");
        Assert.DoesNotContain(await FoundAsServiceRoleAsync(), finding => finding.Level == "error");

        async Task<List<Row>> FoundAsServiceRoleAsync()
        {
            await using var session = await OpenTransaction.BeginAsRoleAsync(database, "service_role");
            return Found(await session.ScalarAsync<string>("select post_queue_check()::text"));
        }
    }

    [Fact]
    public async Task A_policy_by_which_creators_may_change_what_is_the_workers_is_a_warning()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            $"{Unguarded}{TableGrants}; create policy mine on multiplatform_post_queue for update to authenticated using (true)");

        Assert.Contains(
            await FoundAsync(database),
            finding => finding is
            {
                Level: "warning",
                What: "The role authenticated may update status, claim_id, processing_started_at, target_post_id, " +
                    "retry_count, rescue_count of multiplatform_post_queue.",
            });
    }

    [Fact]
    public async Task Without_row_level_security_everybody_may_write_the_posts()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(Unguarded + "grant update on content_posts to anon, authenticated");

        AssertFound(
            WithoutGuards(await FoundAsync(database)),
            "warning",
            "The roles anon and authenticated may update queue_item_id, is_crosspost, original_post_id of content_posts.");
    }

    [Fact]
    public async Task Only_the_columns_that_creators_may_write_are_named()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            Unguarded +
            """
            grant update (status, title) on content_posts to authenticated;
            grant update (status, modified_title) on multiplatform_post_queue to authenticated;
            create policy mine on multiplatform_post_queue for update using (true);
            """);

        AssertFound(
            WithoutGuards(await FoundAsync(database)), "warning", "The role authenticated may update status of multiplatform_post_queue.");
    }

    [Fact]
    public async Task A_policy_by_which_creators_only_insert_is_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        // The policy that the migrations make where there is none.
        await database.ExecuteAsync(Unguarded + "grant insert on multiplatform_post_queue to authenticated");

        AssertFound(
            WithoutGuards(await FoundAsync(database)),
            "note",
            "The role authenticated may insert status, claim_id, processing_started_at, target_post_id, retry_count, " +
            "rescue_count of multiplatform_post_queue.");
    }

    [Fact]
    public async Task Where_the_guards_are_on_nothing_that_is_granted_is_found()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            grant insert, update on content_posts, multiplatform_post_queue to authenticated;
            create policy mine on multiplatform_post_queue for update using (true)
            """);

        Assert.Empty(await FoundAsync(database));
    }

    [Theory]
    [InlineData("grant insert (original_post_id, creator_id, target_platform) on multiplatform_post_queue to authenticated")]
    [InlineData("grant update on multiplatform_post_queue to authenticated")]
    [InlineData("grant update on multiplatform_post_queue to authenticated; create policy p on multiplatform_post_queue for update using (false)")]
    [InlineData("grant update on multiplatform_post_queue to authenticated; create policy p on multiplatform_post_queue for update to service_role using (true)")]
    [InlineData("grant update on multiplatform_post_queue to authenticated; create policy p on multiplatform_post_queue as restrictive for update using (true)")]
    public async Task What_creators_cannot_write_is_none(string grants)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(grants);

        Assert.Empty(await FoundAsync(database));
    }

    [Theory]
    [InlineData("9s", true)]
    [InlineData("500", true)]
    [InlineData("10s", false)]
    [InlineData("2min", false)]
    [InlineData("0", false)]
    public async Task A_short_statement_timeout_of_the_caller_is_a_warning(string timeout, bool isShort)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await OpenTransaction.BeginAsync(database);
        await session.ExecuteAsync($"set local statement_timeout = '{timeout}'");

        var findings = Found(await session.ScalarAsync<string>("select post_queue_check()::text"));

        if (isShort)
            AssertFound(
                findings, "warning", $"statement_timeout is {(timeout == "500" ? "500ms" : timeout)} for the role postgres.");
        else
            Assert.Empty(findings);
    }

    [Theory]
    [InlineData("authenticator", "8s", null, "Over the REST API statement_timeout is 8s, a setting of the role authenticator.")]
    [InlineData("authenticator", "8000", null, "Over the REST API statement_timeout is 8000, a setting of the role authenticator.")]
    [InlineData("authenticator", "8s", "30s", null)]
    [InlineData("authenticator", "30s", null, null)]
    [InlineData("authenticator", "30s", "3s", "Over the REST API statement_timeout is 3s, a setting of the role service_role.")]
    public async Task A_short_statement_timeout_of_the_REST_APIs_roles_is_a_note(
        string role, string timeout, string? serviceRoles, string? what)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var name = await database.ScalarAsync<string>("select current_database()::text");
        await database.ExecuteAsync(
            """
            do $$ begin
              if to_regrole('authenticator') is null then create role authenticator noinherit; end if;
            exception when duplicate_object or unique_violation then null;
            end $$
            """);
        // In this database alone: the server is shared.
        await database.ExecuteAsync($"alter role {role} in database {name} set statement_timeout = '{timeout}'");
        if (serviceRoles is not null)
            await database.ExecuteAsync($"alter role service_role in database {name} set statement_timeout = '{serviceRoles}'");

        if (what is null)
            Assert.Empty(await FoundAsync(database));
        else
            AssertFound(await FoundAsync(database), "note", what);
    }

    [Fact]
    public async Task Autovacuum_off_for_a_table_is_a_warning()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter table multiplatform_post_queue set (autovacuum_enabled = off)");

        var finding = AssertFound(
            await FoundAsync(database), "warning", "Autovacuum is off for the table multiplatform_post_queue.");
        await database.ExecuteAsync(finding.Advice!["Run: ".Length..].TrimEnd('.'));
        Assert.Empty(await FoundAsync(database));
    }

    [Fact]
    public async Task A_server_that_counts_no_changes_vacuums_nothing_by_itself()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await OpenTransaction.BeginAsync(database);
        await session.ExecuteAsync("set local track_counts = off");

        AssertFound(
            Found(await session.ScalarAsync<string>("select post_queue_check()::text")),
            "warning",
            "Autovacuum is off on this server.");
    }

    [Fact]
    public async Task A_partitioned_table_is_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            create table parts (like multiplatform_post_history including defaults) partition by range (posted_at);
            create table parts_of_all_time partition of parts default;
            drop table multiplatform_post_history;
            alter table parts rename to multiplatform_post_history;
            create index multiplatform_post_history_posted_at_idx on multiplatform_post_history (posted_at);
            create index on multiplatform_post_history (creator_id);
            create index on multiplatform_post_history (original_post_id);
            alter table multiplatform_post_history enable row level security;
            alter table multiplatform_post_history
              add constraint multiplatform_post_history_creator_id_fkey foreign key (creator_id) references creators (id),
              add constraint multiplatform_post_history_original_post_id_fkey
                foreign key (original_post_id) references content_posts (id);
            """);

        Assert.Equal(
            new Row(
                "note", "multiplatform_post_history is partitioned by RANGE (posted_at), in 1 part.",
                "Rows are found in whichever part they are.", Advice: null),
            Assert.Single(await FoundAsync(database)));
    }

    private static List<Row> WithoutGuards(List<Row> findings) =>
        [.. findings.Where(finding => !finding.What.StartsWith("The guard of ", StringComparison.Ordinal))];

    private static async Task<List<Row>> FoundAsync(TestDatabase database) =>
        Found(await database.ScalarAsync<string>("select post_queue_check(5)::text"));

    /// <returns>All that is not as it should be.</returns>
    private static List<Row> Found(string json) =>
    [
        .. JsonNode.Parse(json)!.AsArray()
            .Select(finding => new Row(
                (string)finding!["level"]!, (string)finding["what"]!, (string?)finding["follows"], (string?)finding["advice"]))
            .Where(finding => finding.Level != "ok"),
    ];

    /// <summary>The one finding, which says what follows, in whole sentences.</summary>
    private static Row AssertFound(List<Row> findings, string level, string what)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((level, what), (finding.Level, finding.What));
        Assert.All([finding.Follows, finding.Advice], sentence => Assert.EndsWith(".", sentence));
        return finding;
    }

    private sealed record Row(string Level, string What, string? Follows, string? Advice);
}

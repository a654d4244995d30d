using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Sql;
using Npgsql;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class ChangeTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Retry_queues_failed_items_of_one_cause_again_with_their_retries_set_back_and_due_now()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var meant = await database.AddFailuresAsync(post, 3, "Took 5 s");
        var other = (await database.AddFailuresAsync(post, 1, "Gone"))[0];

        var change = await database.ChangeAsync("retry", """{"filter": {"status": "failed", "cause": "Took <n> s"}}""");

        Assert.Equal(("3", "3", "true"), (change.Text("meant"), change.Text("done"), change.Text("finished")));
        var item = await database.ItemAsync(meant[0]);
        Assert.Equal(("queued", "0", null), (item.Text("status"), item.Text("retry_count"), item.Text("error_message")));
        Assert.Equal("failed", (await database.ItemAsync(other)).Text("status"));
        Assert.Equal(meant.Order(), (await database.ClaimAsync(Guid.CreateVersion7())).Select(claimed => claimed!.Id()).Order());
    }

    [Fact]
    public async Task Retry_marks_an_item_that_has_its_post_as_posted_and_makes_no_second_one()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'failed', failed_at = now(), target_post_id = null");

        var change = await database.ChangeAsync("retry", $$"""{"ids": ["{{item}}"]}""");

        Assert.Equal(("1", "1"), (change.Text("done"), change.Text("marked_posted")));
        var row = await database.ItemAsync(item);
        Assert.Equal("posted", row.Text("status"));
        Assert.NotNull(row["target_post_id"]);
        Assert.Equal(2L, await database.CountAsync("content_posts"));
    }

    [Fact]
    public async Task Retry_takes_no_other_creators_post_for_the_items_own()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = (await database.AddFailuresAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 1))[0];
        await database.AddPostAsync(await database.AddCreatorAsync(), with: $"queue_item_id = '{item}'");

        var change = await database.ChangeAsync("retry", $$"""{"ids": ["{{item}}"]}""");

        Assert.Equal(("1", "0"), (change.Text("done"), change.Text("marked_posted")));
        Assert.Equal("queued", (await database.ItemAsync(item)).Text("status"));
    }

    [Fact]
    public async Task A_trigger_that_names_its_tables_without_a_schema_does_not_hinder_a_change()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync(
            """
            create function look() returns trigger language plpgsql as
              $$ begin perform from creators where id = new.creator_id; return null; end $$;
            create trigger looks after update on multiplatform_post_queue for each row execute function look();
            """);

        var change = await database.ChangeAsync("cancel", $$"""{"ids": ["{{item}}"]}""");

        Assert.Equal("1", change.Text("done"));
    }

    [Fact]
    public async Task Cancel_takes_an_item_in_hand_from_its_worker_which_finds_it_lost()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claim = await database.ClaimAllAsync();

        await database.ChangeAsync("cancel", $$"""{"ids": ["{{item}}"]}""");

        Assert.Equal("lost", (await database.SettleOneAsync(claim, Post(item))).Outcome());
        Assert.Equal("cancelled", (await database.ItemAsync(item)).Text("status"));
        Assert.Equal(1L, await database.CountAsync("content_posts"));
    }

    [Fact]
    public async Task A_cancelled_item_is_queued_again_for_when_it_was_scheduled()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "scheduled_for = '2099-01-01Z'");
        await database.ChangeAsync("cancel", """{"filter": {"status": "queued"}}""");

        await database.ChangeAsync("retry", """{"filter": {"status": "cancelled"}}""");

        var row = await database.ItemAsync(item);
        Assert.Equal(("queued", "2099-01-01T00:00:00+00:00"), (row.Text("status"), row.Text("scheduled_for")));
    }

    [Fact]
    public async Task Items_that_are_left_alone_are_counted_by_reason()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var failed = (await database.AddFailuresAsync(post, 2)).ToList();
        var inHand = await database.AddItemAsync(post, with: "status = 'processing'");
        var posted = await database.AddItemAsync(post, with: "status = 'posted'");
        await using var other = await OpenTransaction.BeginAsync(database);
        await other.ExecuteAsync("select from multiplatform_post_queue where id = $1 for update", failed[0]);
        Guid[] ids = [.. failed, inHand, posted, Guid.NewGuid()];

        var change = await database.ChangeAsync(
            "retry", new JsonObject { ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]) }.ToJsonString())
            .PromptlyAsync();

        Assert.Equal(("5", "1"), (change.Text("meant"), change.Text("done")));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"locked": 1, "processing": 1, "posted": 1, "missing": 1}"""), change["left"]));
    }

    [Fact]
    public async Task A_change_of_many_goes_in_portions_of_a_thousand_up_to_its_limit()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 2600);
        const string Order = """{"idempotency_key": "k", "limit": 2500, "filter": {"status": "failed"}}""";

        var first = await database.ChangeAsync("retry", Order, 1);
        var second = await database.ChangeAsync("retry", Order, 2);
        var third = await database.ChangeAsync("retry", Order, 3);

        Assert.Equal(["1000", "2000", "2500"], new[] { first, second, third }.Select(change => change.Text("done")));
        Assert.Equal(("false", "true"), (second.Text("finished"), third.Text("finished")));
        Assert.Equal(100L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
    }

    [Fact]
    public async Task A_portion_that_is_repeated_is_done_once_and_a_finished_change_does_no_more()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 1500);
        const string Order = """{"idempotency_key": "k", "filter": {"status": "failed"}}""";

        var first = await database.ChangeAsync("retry", Order, 1);
        var again = await database.ChangeAsync("retry", Order, 1);
        await database.ChangeAsync("retry", Order, 2);
        await database.AddFailuresAsync(post, 10);
        var late = await database.ChangeAsync("retry", Order, 3);

        Assert.Equal(("1000", "1000"), (first.Text("done"), again.Text("done")));
        Assert.Equal("1500", late.Text("done"));
        Assert.Equal(10L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
    }

    [Fact]
    public async Task What_fails_again_while_a_change_goes_on_is_not_taken_by_it_a_second_time()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 1001);
        const string Order = """{"idempotency_key": "k", "filter": {"status": "failed"}}""";
        await database.ChangeAsync("retry", Order, 1);
        await database.ExecuteAsync(
            "update multiplatform_post_queue set status = 'failed', failed_at = now() where status = 'queued'");

        var second = await database.ChangeAsync("retry", Order, 2);

        Assert.Equal(("1001", "true"), (second.Text("done"), second.Text("finished")));
    }

    [Fact]
    public async Task A_key_that_was_used_for_another_change_is_a_conflict_and_does_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 1);
        await database.ChangeAsync("retry", """{"idempotency_key": "k", "filter": {"status": "cancelled"}}""");

        var other = await database.ChangeAsync("retry", """{"idempotency_key": "k", "filter": {"status": "failed"}}""");

        Assert.Equal("true", other.Text("conflict"));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
    }

    [Fact]
    public async Task A_change_that_reached_its_limit_says_how_many_more_match_and_keeps_it_in_the_record()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddFailuresAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 25);
        const string Order = """{"limit": 10, "filter": {"status": "failed"}}""";

        var dryRun = await database.ChangeAsync("cancel", Order.Replace("{\"limit\"", "{\"dry_run\": true, \"limit\""));
        var change = await database.ChangeAsync("cancel", Order);
        var recorded = (await database.ObjectAsync("select post_queue_action_list()::text"))["actions"]![0]!;

        Assert.Equal(("10", "false", "15"), (dryRun.Text("meant"), dryRun.Text("is_exact"), dryRun["beyond_limit"]!.Text("count")));
        Assert.Equal(("10", "true", "15"), (change.Text("done"), change.Text("finished"), change["beyond_limit"]!.Text("count")));
        Assert.Equal("15", recorded["beyond_limit"]!.Text("count"));
        Assert.Null((await database.ChangeAsync("cancel", """{"limit": 15, "filter": {"status": "failed"}}"""))["beyond_limit"]);
    }

    [Fact]
    public async Task An_undo_brings_back_status_and_failure_of_what_a_cancel_touched_and_nothing_that_came_later()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var failed = await database.AddFailuresAsync(post, 1200, "Took 5 s");
        var before = await database.ItemAsync(failed[0]);
        await database.ChangeAsync("cancel", """{"idempotency_key": "k", "filter": {"status": "failed"}}""", 1);
        await database.ChangeAsync("cancel", """{"idempotency_key": "k", "filter": {"status": "failed"}}""", 2);
        var others = await database.AddItemAsync(post, with: "status = 'cancelled'");
        // Somebody queued one again and cancelled it once more: that is theirs.
        await database.ChangeAsync("retry", $$"""{"ids": ["{{failed[7]}}"]}""");
        await database.ChangeAsync("cancel", $$"""{"ids": ["{{failed[7]}}"]}""");

        var dryRun = await database.ChangeAsync("undo", """{"of": "k", "dry_run": true}""");
        await database.ChangeAsync("undo", """{"of": "k", "idempotency_key": "u"}""", 1);
        var undone = await database.ChangeAsync("undo", """{"of": "k", "idempotency_key": "u"}""", 2);

        Assert.Equal(("1199", "failed", "1"), (
            dryRun.Text("meant"), dryRun["groups"]![0]!.Text("status"), dryRun["left"]!.Text("changed")));
        Assert.Equal(("1199", "true", "1"), (undone.Text("done"), undone.Text("finished"), undone["left"]!.Text("changed")));
        Assert.Equal(1199L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        var after = await database.ItemAsync(failed[0]);
        foreach (var column in (string[])["status", "error_message", "failed_at", "retry_count", "scheduled_for"])
            Assert.Equal(before.Text(column), after.Text(column));
        foreach (var item in (Guid[])[others, failed[7]])
            Assert.Equal("cancelled", (await database.ItemAsync(item)).Text("status"));
    }

    [Fact]
    public async Task An_undo_lets_an_item_wait_for_its_time_as_before_and_queues_what_was_in_hand()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var later = await database.AddItemAsync(post, with: "scheduled_for = '2099-01-01Z'");
        var inHand = await database.AddItemAsync(post, with: "status = 'processing', processing_started_at = now(), claim_id = gen_random_uuid()");
        await database.ChangeAsync("cancel", $$"""{"idempotency_key": "k", "ids": ["{{later}}", "{{inHand}}"]}""");

        await database.ChangeAsync("undo", """{"of": "k"}""");

        Assert.Equal(("queued", "2099-01-01T00:00:00+00:00"), (
            (await database.ItemAsync(later)).Text("status"), (await database.ItemAsync(later)).Text("scheduled_for")));
        Assert.Equal(("queued", null), (
            (await database.ItemAsync(inHand)).Text("status"), (await database.ItemAsync(inHand)).Text("claim_id")));
    }

    [Fact]
    public async Task A_dry_run_says_what_it_means_by_status_and_platform_and_names_five_titles()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 7);
        await database.AddItemAsync(post, "pupfanz", "status = 'failed', failed_at = '2020-01-01Z', modified_title = 'The first'");

        var change = await database.ChangeAsync("retry", """{"filter": {"status": "failed"}, "dry_run": true}""");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                """[{"status": "failed", "platform": "girlfanz", "count": 7}, {"status": "failed", "platform": "pupfanz", "count": 1}]"""),
            change["groups"]));
        Assert.Equal(
            ["The first", "An original", "An original", "An original", "An original"],
            change["titles"]!.AsArray().Select(title => (string?)title));
    }

    [Fact]
    public async Task An_empty_platform_is_a_name_as_others_are_and_a_long_one_is_meant_by_what_is_shown_of_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var nameless = await database.AddItemAsync(post, "");
        var longName = await database.AddItemAsync(post, new string('p', 300));
        await database.AddItemAsync(post);

        Assert.Equal([nameless], (await database.ItemsAsync("""{"status": "queued", "platform": ""}""")).Ids());
        Assert.Equal(
            [longName], (await database.ItemsAsync($$"""{"status": "queued", "platform": "{{new string('p', 100)}}"}""")).Ids());
        Assert.Equal("1", (await database.ChangeAsync("cancel", """{"filter": {"status": "queued", "platform": ""}}""")).Text("done"));
    }

    [Theory]
    [InlineData("retry", """{"filter": {"status": "failed"}, "dry_run": true}""", "3")]
    [InlineData("cancel", """{"filter": {"status": "failed", "platform": "pupfanz"}, "dry_run": true}""", "0")]
    public async Task A_dry_run_counts_and_writes_nothing(string verb, string order, string meant)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddFailuresAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 3);

        var change = await database.ChangeAsync(verb, order);

        Assert.Equal((meant, "true"), (change.Text("meant"), change.Text("is_exact")));
        Assert.Equal(3L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        Assert.Equal(0L, await database.CountAsync("post_queue.actions"));
    }

    [Fact]
    public async Task Who_changed_what_is_kept_with_counts_and_reason_the_newest_first()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddFailuresAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 2);
        await database.ChangeAsync("retry", """{"actor": "ann", "reason": "mended", "filter": {"status": "failed"}}""");
        await database.ChangeAsync("cancel", """{"actor": "bob", "filter": {"status": "queued"}}""");

        var actions = (await database.ObjectAsync("select post_queue_action_list()::text"))["actions"]!.AsArray();
        var anns = (await database.ObjectAsync("select post_queue_action_list(actor => 'ann')::text"))["actions"]!.AsArray();

        Assert.Equal(["bob", "ann"], actions.Select(action => action!.Text("actor")));
        var ann = Assert.Single(anns)!;
        Assert.Equal(("retry", "mended", "2", "2"), (ann.Text("verb"), ann.Text("reason"), ann.Text("meant"), ann.Text("done")));
    }

    [Fact]
    public async Task Prune_deletes_what_is_older_and_nothing_else()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        const string Old = "completed_at = now() - interval '3 days', failed_at = now() - interval '3 days', updated_at = now() - interval '3 days'";
        var old = await database.AddItemAsync(post, with: $"status = 'posted', {Old}");
        await database.AddItemAsync(post, with: "status = 'posted', completed_at = now()");
        await database.AddItemAsync(post, with: $"status = 'queued', {Old}");
        await database.AddItemAsync(post, with: $"status = 'processing', {Old}");
        await database.AddItemAsync(post, with: $"status = 'failed', {Old}");
        await database.ExecuteAsync(
            """
            insert into post_queue.actions (id, idempotency_key, verb, actor) values ('3f2b8c1e-0000-4000-8000-000000000000', 'r', 'retry', 'ann');
            insert into post_queue.changed_items select '3f2b8c1e-0000-4000-8000-000000000000', id, 'failed', now() from multiplatform_post_queue where status = 'posted' and completed_at < now() - interval '2 days'
            """);
        var before = DateTimeOffset.UtcNow.AddDays(-2).ToString("O");

        var change = await database.ChangeAsync("prune", $$$"""{"filter": {"status": "posted", "to": "{{{before}}}"}}""");

        Assert.Equal("1", change.Text("done"));
        Assert.Equal(4L, await database.CountAsync("multiplatform_post_queue"));
        Assert.Equal(0L, await database.CountAsync($"multiplatform_post_queue where id = '{old}'"));
        Assert.Equal(0L, await database.CountAsync("post_queue.changed_items"));
    }

    [Theory]
    [InlineData("prune", """{"filter": {"status": "posted", "to": "{now}"}}""")]
    [InlineData("prune", """{"filter": {"status": "posted"}}""")]
    [InlineData("prune", """{"filter": {"status": "queued", "to": "2020-01-01Z"}}""")]
    [InlineData("prune", """{"ids": []}""")]
    [InlineData("retry", """{"filter": {"status": "posted"}}""")]
    [InlineData("retry", """{"filter": {}}""")]
    [InlineData("cancel", """{"filter": {"status": "posted"}}""")]
    [InlineData("cancel", """{"filter": {"status": "queued"}, "limit": 0}""")]
    [InlineData("undo", """{"of": "nobody's"}""")]
    [InlineData("undo", "{}")]
    public async Task A_change_that_may_not_be_is_refused(string verb, string order)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => database.ChangeAsync(verb, order.Replace("{now}", DateTimeOffset.UtcNow.AddHours(-23).ToString("O"))));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }

    [Fact]
    public async Task History_older_than_a_time_is_deleted_and_nothing_younger_than_a_day()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "insert into multiplatform_post_history (target_platform, posted_at) select 'girlfanz', now() - n * interval '1 day' from generate_series(0, 9) n");

        Assert.Equal("5", await database.ScalarAsync<string>("select post_queue_prune_history(now() - interval '4.5 days', 'k', 'ann')::text"));
        await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync("select post_queue_prune_history(now() - interval '23 hours', 'k', 'ann')"));
        Assert.Equal(5L, await database.CountAsync("multiplatform_post_history"));
        Assert.Equal(1L, await database.CountAsync("post_queue.actions where verb = 'prune' and done = 5 and finished"));
    }

    [Fact]
    public async Task Changes_older_than_a_time_leave_the_record_a_thousand_rows_at_a_time_and_nothing_younger_than_a_day()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            insert into post_queue.actions (idempotency_key, verb, actor, updated_at)
            select n || ' days', 'cancel', 'ann', now() - n * interval '1 day' from generate_series(0, 9) n;
            insert into post_queue.changed_items (action_id, item_id, status_before, changed_at)
            select a.id, gen_random_uuid(), 'queued', a.updated_at
            from post_queue.actions a, generate_series(1, case a.idempotency_key when '9 days' then 2500 else 1 end);
            """);

        // 2,500 and 4 items, then the 5 changes with the last of them.
        foreach (var portion in (string[])["1000", "1000", "509", "0"])
            Assert.Equal(portion, await database.ScalarAsync<string>("select post_queue_prune_changes(now() - interval '4.5 days', 'k', 'bob')::text"));
        await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync("select post_queue_prune_changes(now() - interval '23 hours', 'k', 'bob')"));

        Assert.Equal(
            ["0 days", "1 days", "2 days", "3 days", "4 days", "k"],
            (await database.RowsAsync("select idempotency_key from post_queue.actions order by 1")).Select(row => row[0]));
        Assert.Equal(5L, await database.CountAsync("post_queue.changed_items"));
        Assert.Equal(1L, await database.CountAsync("post_queue.actions where verb = 'prune' and actor = 'bob' and done = 5 and portions = 3 and finished"));
    }
}

using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// Triggers that keep a row from being written, by returning null. Each ends in a sentence for its item alone, never in a
/// serialization failure: PostgREST would repeat that without end.
/// </summary>
public sealed class SuppressedRowTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_post_that_a_trigger_suppresses_is_tried_again_alone_and_then_failed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await SuppressAsync(database, "content_posts", "insert", "new.is_crosspost and new.title = 'bad'");
        var (bad, good) = await AddBadAndGoodAsync(database);
        var claimId = await database.ClaimAllAsync();

        var results = await SettleAsync(database, claimId, bad, good);

        Assert.Equal("posted", results[good].Outcome);
        Assert.Equal(
            ("retried",
             "the post was not inserted: its original changed meanwhile, or a trigger on content_posts suppresses it (SQLSTATE 09000)"),
            results[bad]);
    }

    [Fact]
    public async Task An_item_whose_marking_a_trigger_suppresses_stays_unsettled_alone_and_has_no_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, good) = await AddBadAndGoodAsync(database);
        var claimId = await database.ClaimAllAsync();
        await SuppressAsync(database, "multiplatform_post_queue", "update", $"new.id = '{bad}'");

        var results = await SettleAsync(database, claimId, bad, good);

        Assert.Equal("posted", results[good].Outcome);
        Assert.Equal(
            ("unsettled",
             "a trigger on multiplatform_post_queue suppresses the update that settles the item (SQLSTATE 09000)"),
            results[bad]);
        Assert.Equal("processing", (await database.ItemAsync(bad)).Text("status"));
        Assert.Equal([[good]], await database.RowsAsync("select queue_item_id from content_posts where is_crosspost"));
    }

    [Fact]
    public async Task An_item_whose_history_a_trigger_suppresses_is_tried_again_alone_and_has_no_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, good) = await AddBadAndGoodAsync(database);
        var claimId = await database.ClaimAllAsync();
        await SuppressAsync(
            database,
            "multiplatform_post_history",
            "insert",
            $"new.original_post_id = (select original_post_id from multiplatform_post_queue where id = '{bad}')");

        var results = await SettleAsync(database, claimId, bad, good);

        Assert.Equal("posted", results[good].Outcome);
        Assert.Equal(
            ("retried",
             "a trigger on multiplatform_post_history suppresses the row that records the post (SQLSTATE 09000)"),
            results[bad]);
        Assert.Equal([[good]], await database.RowsAsync("select queue_item_id from content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Items_that_a_trigger_keeps_as_they_are_keep_nobody_elses_however_many_stand_before_them(bool fair, bool paused)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 35);
        await database.ExecuteAsync("update multiplatform_post_queue set queued_at = now() - interval '1 hour', target_platform = 'boyfanz'");
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 20);
        await SuppressAsync(database, "multiplatform_post_queue", "update", "new.target_platform = 'boyfanz'");
        if (paused)
            await database.ExecuteAsync("select post_queue_pause('pupfanz', 'somebody')");

        var items = await database.ClaimAsync(Guid.CreateVersion7(), fair: fair);

        Assert.Equal(10, items.Count);
        Assert.DoesNotContain(items, item => (string?)item!["target_platform"] == "boyfanz");
    }

    [Fact]
    public async Task A_claim_passes_by_the_items_that_a_trigger_keeps_as_they_are()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, good) = await AddBadAndGoodAsync(database);
        await SuppressAsync(database, "multiplatform_post_queue", "update", $"new.id = '{bad}'");

        Assert.Equal(good, Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!.Id());
    }

    [Fact]
    public async Task A_claim_that_a_trigger_keeps_from_taking_anything_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddBadAndGoodAsync(database);
        await SuppressAsync(database, "multiplatform_post_queue", "update", "true");

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.ClaimAsync(Guid.CreateVersion7()));

        Assert.Equal(
            ("09000",
             "no item can be taken: a trigger on multiplatform_post_queue suppresses the update of the 2 oldest due items"),
            (error.SqlState, error.MessageText));
    }

    [Fact]
    public async Task A_rescue_that_a_trigger_suppresses_leaves_the_claim_to_its_work()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, good) = await AddBadAndGoodAsync(database);
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'processing' where id = $1", bad);
        await SuppressAsync(database, "multiplatform_post_queue", "update", $"new.id = '{bad}'");

        var answer = await database.ClaimAnswerAsync(Guid.CreateVersion7());

        Assert.Equal("0", answer.Text("rescued"));
        Assert.Equal(good, Assert.Single(answer["items"]!.AsArray())!.Id());
    }

    [Fact]
    public async Task A_reset_tells_of_no_item_that_a_trigger_keeps_in_processing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, good) = await AddBadAndGoodAsync(database);
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'processing'");
        await SuppressAsync(database, "multiplatform_post_queue", "update", $"new.id = '{bad}'");

        Assert.Equal(good, Assert.Single(await database.ResetStuckAsync(0))!.Id());
        Assert.Empty(await database.ResetStuckAsync(0));
        Assert.Equal(1L, await database.CountAsync("post_queue.actions"));
        Assert.Equal(1L, await database.CountAsync("post_queue.actions where meant = 1 and done = 1"));
    }

    [Theory]
    [InlineData("retry", "update", "failed")]
    [InlineData("cancel", "update", "queued")]
    [InlineData("prune", "delete", "cancelled")]
    public async Task A_change_tells_of_no_item_that_a_trigger_keeps_as_it_is(string verb, string action, string status)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, _) = await AddBadAndGoodAsync(database);
        await database.ExecuteAsync(
            $"""
            update multiplatform_post_queue
            set status = '{status}', queued_at = '2026-01-01', failed_at = '2026-01-01', updated_at = '2026-01-01'
            """);
        await SuppressAsync(database, "multiplatform_post_queue", action, $"old.id = '{bad}'");

        var answer = JsonNode.Parse(await database.ScalarAsync<string>(
            $$"""
            select post_queue_{{verb}}(jsonb_build_object(
              'idempotency_key', 'k',
              'filter', jsonb_build_object('status', '{{status}}', 'to', '2026-02-01T00:00:00Z')
            ), 1)::text
            """))!;

        Assert.Equal((2, 1), ((int)answer["meant"]!, (int)answer["done"]!));
        Assert.Equal(1, (int)Assert.Single(answer["left"]!.AsObject()).Value!);
    }

    [Theory]
    [InlineData("multiplatform_post_queue", "update")]
    [InlineData("multiplatform_post_history", "insert")]
    [InlineData("content_posts", "insert")]
    public async Task A_serialization_failure_that_a_trigger_raises_does_not_leave_the_settle(string table, string action)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (bad, good) = await AddBadAndGoodAsync(database);
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync(
            $"""
            create function fail() returns trigger language plpgsql as
              $$ begin raise 'Again!' using errcode = 'serialization_failure'; end $$;
            create trigger fail before {action} on {table} for each row execute function fail()
            """);

        var results = await SettleAsync(database, claimId, bad, good);

        Assert.All(results.Values, result => Assert.Equal("Again! (SQLSTATE 40001)", result.Error));
    }

    private static async Task<(Guid Bad, Guid Good)> AddBadAndGoodAsync(TestDatabase database)
    {
        var creator = await database.AddCreatorAsync();
        return (
            await database.AddItemAsync(await database.AddPostAsync(creator, "title = 'bad'")),
            await database.AddItemAsync(await database.AddPostAsync(creator)));
    }

    private static Task<int> SuppressAsync(TestDatabase database, string table, string action, string condition) =>
        database.ExecuteAsync(
            $"""
            create function suppress() returns trigger language plpgsql as
              $$ begin if {condition} then return null; end if; return coalesce(new, old); end $$;
            create trigger suppress before {action} on {table} for each row execute function suppress()
            """);

    private static async Task<Dictionary<Guid, (string Outcome, string? Error)>> SettleAsync(
        TestDatabase database, Guid claimId, Guid bad, Guid good) =>
        (await database.SettleAsync(claimId, Post(bad), Post(good)))
            .ToDictionary(result => result!.ItemId(), result => (result!.Outcome(), result!.Text("error")));
}

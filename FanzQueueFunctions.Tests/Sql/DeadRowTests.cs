using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// A claim where thousands of dead rows stand at the front of the queue, which no vacuum can remove while a session holds an
/// older snapshot: it begins behind them, and looks at the front only now and then.
/// </summary>
public sealed class DeadRowTests(PostgresFixture postgres)
{
    /// <summary>Each claim would pass all of them, however few items it takes.</summary>
    [Theory]
    [InlineData(Control.None)]
    [InlineData(Control.Pause)]
    [InlineData(Control.Limit)]
    public async Task A_claim_passes_what_no_vacuum_can_remove_once_in_a_while_and_not_each_time(Control control)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await HoldBackAsync(database, control, "boyfanz");

        var atFront = await PagesOfAClaimAsync(database);
        await LookedAtFrontJustNowAsync(database);
        var behind = await PagesOfAClaimAsync(database);

        Assert.InRange(atFront, 3_000, long.MaxValue);
        Assert.InRange(behind, 1, 1_000);
    }

    [Theory]
    [InlineData(Control.None)]
    [InlineData(Control.Pause)]
    [InlineData(Control.Limit)]
    public async Task What_comes_before_the_item_that_the_last_claim_began_with_is_taken_where_a_claim_is_not_full(Control control)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await HoldBackAsync(database, control, "boyfanz");
        await database.ClaimAsync(Guid.CreateVersion7());
        var older = await AddOlderAsync(database);

        await LookedAtFrontJustNowAsync(database);
        var full = await database.ClaimAsync(Guid.CreateVersion7());
        await LookedAtFrontJustNowAsync(database);
        var notFull = await database.ClaimAsync(Guid.CreateVersion7(), 1000);

        Assert.DoesNotContain(older, full.Select(item => item!.Id()));
        Assert.Equal(10, full.Count);
        Assert.Equal(older, notFull[0]!.Id());
        Assert.Equal(101 - 20, notFull.Count);
        Assert.Equal(101L, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
    }

    /// <summary>The look itself may have waited for a lock, or seen the clock jump: that counts for a second at most.</summary>
    [Theory]
    [InlineData("interval '100 milliseconds'", "interval '1.1 seconds'")]
    [InlineData("interval '1 hour'", "interval '11 seconds'")]
    [InlineData("interval '290000 years'", "interval '11 seconds'")]
    [InlineData("interval '100 milliseconds'", "interval '-1 hour'")]
    public async Task What_comes_before_the_item_that_the_last_claim_began_with_is_taken_first_ten_times_as_long_after_a_look_at_the_front(
        string took, string ago)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await database.ClaimAsync(Guid.CreateVersion7());
        var older = await AddOlderAsync(database);

        await database.ExecuteAsync($"update post_queue.claims set front_took = {took}, front_looked_at = clock_timestamp() - {ago}");

        Assert.Equal(older, (await database.ClaimAsync(Guid.CreateVersion7()))[0]!.Id());
    }

    /// <summary>Of those a claim may take few, so that few of theirs are dead.</summary>
    [Fact]
    public async Task Of_a_limited_platform_the_oldest_is_taken_first_wherever_the_claim_begins()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await HoldBackAsync(database, Control.Limit, "pupfanz");
        await database.ClaimAsync(Guid.CreateVersion7());
        // With the smallest of ids: before all others, wherever the claim begins.
        var oldest = new Guid("00000000-0000-0000-0000-000000000001");
        await database.ExecuteAsync(
            "update multiplatform_post_queue set id = $2, scheduled_for = '-infinity', queued_at = '-infinity' where id = $1",
            await AddOlderAsync(database), oldest);

        await LookedAtFrontJustNowAsync(database);
        await database.ExecuteAsync("update post_queue.limits set next_at = now() - interval '10 seconds'");

        Assert.Equal(oldest, (await database.ClaimAsync(Guid.CreateVersion7()))[0]!.Id());
    }

    /// <summary>Its limit lets a whole batch through at each look: then the others would wait as long as that lasts.</summary>
    [Fact]
    public async Task A_look_at_the_front_that_finds_items_of_limited_platforms_alone_is_followed_by_another()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await HoldBackAsync(database, Control.Limit, "girlfanz");
        await database.ClaimAsync(Guid.CreateVersion7());
        await database.ExecuteAsync("update post_queue.limits set next_at = now() - interval '10 seconds'");
        await database.ExecuteAsync(
            "update multiplatform_post_queue set queued_at = now() - interval '2 days' where status = 'queued' and target_platform = 'girlfanz'");
        var older = await AddOlderAsync(database);
        await database.ExecuteAsync("update post_queue.claims set front_looked_at = null");

        var limited = await database.ClaimAsync(Guid.CreateVersion7());
        var next = await database.ClaimAsync(Guid.CreateVersion7());

        Assert.All(limited, item => Assert.Equal("girlfanz", item!.Text("target_platform")));
        Assert.Equal(10, limited.Count);
        Assert.Contains(older, next.Select(item => item!.Id()));
    }

    /// <summary>All that stands behind is locked.</summary>
    [Fact]
    public async Task What_stands_at_the_front_is_taken_however_many_rows_behind_it_are_locked()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await HoldBackAsync(database, Control.Pause, "boyfanz");
        await database.AddItemsAsync(await database.ScalarAsync<Guid>("select id from content_posts where not is_crosspost"), 2_000);
        await database.ClaimAsync(Guid.CreateVersion7());
        await using var other = await OpenTransaction.BeginAsync(database);
        await other.ExecuteAsync("select from multiplatform_post_queue where status = 'queued' for update");
        var older = await AddOlderAsync(database);

        await LookedAtFrontJustNowAsync(database);

        Assert.Equal([older], (await database.ClaimAsync(Guid.CreateVersion7(), 1)).Select(item => item!.Id()));
    }

    [Fact]
    public async Task What_a_platform_that_is_resumed_has_before_that_item_is_taken_first_after_the_next_look_at_the_front()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await HoldBackAsync(database, Control.Pause, "pupfanz");
        var older = await AddOlderAsync(database);
        var held = await database.ClaimAsync(Guid.CreateVersion7());
        await database.ResumeAsync("pupfanz");

        await LookedAtFrontJustNowAsync(database);
        var behind = await database.ClaimAsync(Guid.CreateVersion7());
        await database.ExecuteAsync("update post_queue.claims set front_looked_at = clock_timestamp() - interval '11 seconds'");
        var atFront = await database.ClaimAsync(Guid.CreateVersion7());

        Assert.DoesNotContain("pupfanz", held.Select(item => item!.Text("target_platform")));
        Assert.DoesNotContain(older, behind.Select(item => item!.Id()));
        Assert.Equal(older, atFront[0]!.Id());
    }

    [Fact]
    public async Task An_item_of_a_dead_worker_is_freed_by_the_next_claim_that_looks_for_one()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await database.ClaimAsync(Guid.CreateVersion7());
        await database.ExecuteAsync(
            "update multiplatform_post_queue set processing_started_at = now() - interval '1 hour' where status = 'processing'");

        await LookedAtFrontJustNowAsync(database);
        await database.ClaimAnswerAsync(Guid.CreateVersion7(), leaseSeconds: null);
        var answer = await database.ClaimAnswerAsync(Guid.CreateVersion7());

        Assert.Equal("10", answer.Text("rescued"));
    }

    [Fact]
    public async Task A_claim_by_turns_keeps_where_the_next_one_by_age_may_begin()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await database.ClaimAsync(Guid.CreateVersion7());
        await database.ClaimAsync(Guid.CreateVersion7(), fair: true);

        await LookedAtFrontJustNowAsync(database);

        Assert.InRange(await PagesOfAClaimAsync(database), 1, 1_000);
    }

    /// <summary>The update of the oldest is suppressed by a trigger, for ever.</summary>
    [Fact]
    public async Task Items_that_can_not_be_taken_at_the_front_keep_none_from_being_taken_behind_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var snapshot = await LeaveDeadRowsAsync(database);
        await database.ClaimAsync(Guid.CreateVersion7());
        var older = await AddOlderAsync(database);
        await database.ExecuteAsync(
            $"""
            create function suppress() returns trigger language plpgsql as 'begin return null; end';
            create trigger suppress before update on multiplatform_post_queue for each row
              when (new.id = '{older}') execute function suppress()
            """);

        await LookedAtFrontJustNowAsync(database);

        Assert.Equal(90, (await database.ClaimAsync(Guid.CreateVersion7(), 1000)).Count);
    }

    /// <summary>So that what a claim takes depends on no clock while the queue is small or vacuumed.</summary>
    [Fact]
    public async Task Where_few_rows_are_dead_every_claim_looks_at_the_front()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 100);
        await database.ClaimAsync(Guid.CreateVersion7());
        var older = await AddOlderAsync(database);

        await LookedAtFrontJustNowAsync(database);

        Assert.Equal(older, (await database.ClaimAsync(Guid.CreateVersion7()))[0]!.Id());
    }

    /// <summary>What an operator has said of a platform.</summary>
    public enum Control
    {
        None,
        Pause,
        Limit,
    }

    private static Task HoldBackAsync(TestDatabase database, Control control, string platform) => control switch
    {
        Control.Pause => database.PauseAsync(platform),
        Control.Limit => database.LimitAsync(platform, 60),
        _ => Task.CompletedTask,
    };

    // 4,000 dead rows, 100 due items behind them, and the snapshot that keeps the one from going away.
    private static async Task<OpenTransaction> LeaveDeadRowsAsync(TestDatabase database)
    {
        await database.ExecuteAsync("alter table multiplatform_post_queue set (autovacuum_enabled = false)");
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(post, 4_000);
        // In another order than they lie in, so that each leads to another page.
        await database.ExecuteAsync("update multiplatform_post_queue set queued_at = now() - interval '1 hour' * random()");
        var snapshot = await OpenTransaction.BeginAsync(database);
        await snapshot.ExecuteAsync("set transaction isolation level repeatable read");
        await snapshot.ScalarAsync<long>("select count(*) from multiplatform_post_queue");
        await database.ExecuteAsync("delete from multiplatform_post_queue; select pg_stat_force_next_flush()");
        await database.AddItemsAsync(post, 100);
        await Until.TrueAsync(() => database.ScalarAsync<bool>(
            "select pg_stat_get_dead_tuples('multiplatform_post_queue'::regclass) >= 4000"), "the dead rows are counted");
        return snapshot;
    }

    private static async Task<Guid> AddOlderAsync(TestDatabase database)
    {
        var post = await database.ScalarAsync<Guid>("select id from content_posts where not is_crosspost");
        return await database.AddItemAsync(post, "pupfanz", "queued_at = now() - interval '1 day'");
    }

    // As if that had taken a second: the next ten it need not be looked at.
    private static Task<int> LookedAtFrontJustNowAsync(TestDatabase database) => database.ExecuteAsync(
        "update post_queue.claims set front_looked_at = clock_timestamp(), front_took = interval '1 second'");

    // The pages that one claim of 10 items looks into.
    private static async Task<long> PagesOfAClaimAsync(TestDatabase database)
    {
        var plan = await database.ScalarAsync<string>(
            $"explain (analyze, buffers, format json) select post_queue_claim(gen_random_uuid(), 10, {QueueFunctions.LeaseSeconds})");
        var claim = JsonNode.Parse(plan)![0]!["Plan"]!;
        return claim["Shared Hit Blocks"]!.GetValue<long>() + claim["Shared Read Blocks"]!.GetValue<long>();
    }
}

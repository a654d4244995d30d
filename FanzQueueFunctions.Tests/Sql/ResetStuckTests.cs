using System.Text.Json.Nodes;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What an operator's reset does, and what it says that it did.</summary>
public sealed class ResetStuckTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Items_in_processing_for_longer_than_the_threshold_are_queued_again()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var stuck = await AddProcessingAsync(database, original, "now() - interval '301 seconds'");
        var fresh = await AddProcessingAsync(database, original, "now() - interval '200 seconds'");

        var reset = await database.ResetStuckAsync(300);

        Assert.Equal(stuck, Assert.Single(reset)!.Id());
        var row = await database.ItemAsync(stuck);
        Assert.Equal("queued", row.Text("status"));
        Assert.Null(row.Text("processing_started_at"));
        Assert.Null(row.Text("claim_id"));
        Assert.Equal("processing", (await database.ItemAsync(fresh)).Text("status"));
    }

    [Fact]
    public async Task A_call_resets_ten_thousand_items_at_most_those_that_began_first()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var last = await AddProcessingAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), "now() - interval '1 hour'");
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, status, processing_started_at)
            select id, creator_id, 'girlfanz', 'processing', now() - interval '2 hours' from content_posts, generate_series(1, 10000)
            """);

        var first = await database.ResetStuckAsync(300);
        var second = await database.ResetStuckAsync(300);

        Assert.Equal(StuckItem.Most, first.Count);
        Assert.Equal(last, Assert.Single(second)!.Id());
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("posted")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task Items_that_are_not_in_processing_are_left_alone(string status)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: $"status = '{status}', processing_started_at = now() - interval '1 day'");

        Assert.Empty(await database.ResetStuckAsync(0));
        Assert.Equal(1L, await database.CountAsync($"multiplatform_post_queue where status = '{status}'"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("'-infinity'")]
    [InlineData("'4713-01-01 BC'")]
    public async Task An_item_with_no_real_start_time_is_reset_and_named_without_one(string startedAt)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await AddProcessingAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), startedAt);

        var reset = Assert.Single(await database.ResetStuckAsync(int.MaxValue))!;

        Assert.Equal(item, reset.Id());
        Assert.Null(reset["processing_started_at"]);
        Assert.Equal("queued", (await database.ItemAsync(item)).Text("status"));
    }

    [Theory]
    [InlineData("'infinity'")]
    [InlineData("'294276-01-01'")]
    [InlineData("now() + interval '1 hour'")]
    public async Task An_item_that_started_in_the_future_is_left_alone(string startedAt)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddProcessingAsync(database, await database.AddPostAsync(await database.AddCreatorAsync()), startedAt);

        Assert.Empty(await database.ResetStuckAsync(0));
    }

    [Fact]
    public async Task The_answer_names_each_item_with_the_start_time_that_it_had_oldest_first()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var younger = await AddProcessingAsync(database, original, "'2026-01-02 03:04:05+00'");
        var older = await AddProcessingAsync(database, original, "'2026-01-01 03:04:05+00'");
        var unknown = await AddProcessingAsync(database, original, "null");
        await database.ExecuteAsync("alter database " + await database.ScalarAsync<string>(
            "select current_database()::text") + " set timezone = 'UTC'");

        var reset = await database.ResetStuckAsync(300);

        Assert.Equal([unknown, older, younger], reset.Select(item => item!.Id()));
        Assert.Equal(
            [null, "2026-01-01T03:04:05+00:00", "2026-01-02T03:04:05+00:00"],
            reset.Select(item => item!.Text("processing_started_at")));
        Assert.All(reset, item => Assert.Equal(
            ["id", "target_platform", "processing_started_at"], item!.AsObject().Select(member => member.Key)));
        Assert.All(reset, item => Assert.Equal("girlfanz", item!.Text("target_platform")));
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_changes_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await AddProcessingAsync(
            database,
            await database.AddPostAsync(await database.AddCreatorAsync()),
            "now() - interval '10 minutes'");
        var before = await database.ItemAsync(item);

        var told = await database.ResetStuckAsync(300, dryRun: true);

        Assert.Equal(before.ToJsonString(), (await database.ItemAsync(item)).ToJsonString());
        Assert.True(JsonNode.DeepEquals(told, await database.ResetStuckAsync(300)));
        Assert.Single(told);
    }

    [Fact]
    public async Task A_reset_is_on_record_and_a_dry_run_and_one_that_found_nothing_are_not()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await AddProcessingAsync(database, original, "now() - interval '10 minutes'");
        await AddProcessingAsync(database, original, "null");

        await database.ResetStuckAsync(300, dryRun: true);
        await database.ResetStuckAsync(300);
        await database.ResetStuckAsync(300);

        Assert.Equal(
            "reset_stuck SQL {\"older_than_seconds\": 300} 2 2 true",
            Assert.Single(await database.RowsAsync(
                "select format('%s %s %s %s %s %s', verb, actor, filter, meant, done, finished::text) from post_queue.actions"))[0]);
    }

    [Fact]
    public async Task A_reset_stands_in_the_story_of_its_item()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await AddProcessingAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), "now() - interval '10 minutes'");

        await database.ResetStuckAsync(300);

        Assert.Equal("reset_stuck SQL processing", await database.ScalarAsync<string>(
            "select format('%s %s %s', deed ->> 'verb', deed ->> 'actor', deed ->> 'status_before') from (select post_queue_item($1) #> '{0,deeds,0}' as deed) as newest",
            item));
    }

    [Fact]
    public async Task A_reset_item_is_taken_by_the_next_claim()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ClaimAllAsync();

        await database.ResetStuckAsync(0);

        Assert.Equal(item, Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!.Id());
        Assert.Equal("0", (await database.ItemAsync(item)).Text("rescue_count"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1)]
    public async Task A_threshold_out_of_its_range_is_an_error(int? olderThanSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.ResetStuckAsync(olderThanSeconds));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }

    private static Task<Guid> AddProcessingAsync(TestDatabase database, Guid original, string startedAt) =>
        database.AddItemAsync(
            original,
            with: $"status = 'processing', claim_id = gen_random_uuid(), processing_started_at = {startedAt}");
}

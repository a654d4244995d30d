using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Items of a worker that is gone: freed by the next claim after the lease, given up after too many times.</summary>
public sealed class RescueTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_item_that_began_in_the_future_begins_now_so_that_its_lease_ends()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "status = 'processing', processing_started_at = now() + interval '1 day'");

        await database.ExecuteAsync(
            """select post_queue_report('{"id": "0198a5a0-0000-7000-8000-000000000000", "name": "here", "started_seconds_ago": 1}')""");

        Assert.True(await database.ScalarAsync<bool>(
            "select processing_started_at <= now() from multiplatform_post_queue where id = $1", item));
    }

    [Fact]
    public async Task An_item_whose_lease_has_run_out_is_freed_and_taken_by_the_same_claim()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "error_message = 'timeout'");
        await database.ClaimAllAsync();
        await database.ExecuteAsync(
            "update multiplatform_post_queue set processing_started_at = now() - interval '901 seconds'");

        var claimId = Guid.CreateVersion7();
        var answer = await database.ClaimAnswerAsync(claimId);

        Assert.Equal(("1", "0"), (answer.Text("rescued"), answer.Text("given_up")));
        Assert.Equal(item, Assert.Single(answer["items"]!.AsArray())!.Id());
        var row = await database.ItemAsync(item);
        Assert.Equal("1", row.Text("rescue_count"));
        Assert.Equal("0", row.Text("retry_count"));
        Assert.Equal("timeout", row.Text("error_message"));
        Assert.Equal(claimId.ToString(), row.Text("claim_id"));
    }

    [Fact]
    public async Task A_claim_frees_a_thousand_items_at_most_and_the_next_one_the_rest()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await database.AddCreatorAsync());
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, status, processing_started_at)
            select id, creator_id, 'girlfanz', 'processing', '-infinity' from content_posts, generate_series(1, 1001)
            """);

        Assert.Equal("1000", (await database.ClaimAnswerAsync(Guid.CreateVersion7())).Text("rescued"));
        Assert.Equal("1", (await database.ClaimAnswerAsync(Guid.CreateVersion7())).Text("rescued"));
    }

    [Fact]
    public async Task An_item_within_its_lease_is_left_alone()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync(
            "update multiplatform_post_queue set processing_started_at = now() - interval '800 seconds'");

        Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7()));
        Assert.Equal(1L, await database.CountAsync($"multiplatform_post_queue where claim_id = '{claimId}'"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("'-infinity'")]
    public async Task An_item_in_processing_with_no_real_start_time_is_freed(string startedAt)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: $"status = 'processing', processing_started_at = {startedAt}");

        Assert.Equal(item, Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!.Id());
    }

    [Theory]
    [InlineData(3, 3, 4)]
    [InlineData(0, 0, 1)]
    [InlineData(-5, 0, 1)]
    [InlineData(2_000_000_000, 20, 21)]
    public async Task An_item_that_outlives_too_many_workers_is_given_up(int maxRetries, int rescues, int stopped)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: $"status = 'processing', max_retries = {maxRetries}, rescue_count = {rescues}");

        var answer = await database.ClaimAnswerAsync(Guid.CreateVersion7());

        Assert.Equal(("0", "1"), (answer.Text("rescued"), answer.Text("given_up")));
        Assert.Empty(answer["items"]!.AsArray());
        var row = await database.ItemAsync(item);
        Assert.Equal("failed", row.Text("status"));
        Assert.Equal($"worker stopped {stopped} times while processing", row.Text("error_message"));
        Assert.NotNull(row.Text("failed_at"));
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(1, 0)]
    [InlineData(2_000_000_000, 19)]
    public async Task The_last_rescue_that_is_allowed_still_frees_the_item(int maxRetries, int rescues)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: $"status = 'processing', max_retries = {maxRetries}, rescue_count = {rescues}");

        Assert.Equal("1", (await database.ClaimAnswerAsync(Guid.CreateVersion7())).Text("rescued"));
    }

    [Theory]
    [InlineData(int.MaxValue, "failed")]
    [InlineData(int.MinValue, "processing")]
    public async Task An_absurd_rescue_count_does_not_stop_the_claim(int rescues, string status)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var absurd = await database.AddItemAsync(original, with: $"status = 'processing', rescue_count = {rescues}");
        var good = await database.AddItemAsync(original);

        var items = await database.ClaimAsync(Guid.CreateVersion7());

        Assert.Contains(good, items.Select(item => item!.Id()));
        Assert.Equal(status, (await database.ItemAsync(absurd)).Text("status"));
    }

    [Fact]
    public async Task An_expired_item_that_another_transaction_holds_is_left_for_the_next_claim()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "status = 'processing'");
        await using (var other = await OpenTransaction.BeginAsync(database))
        {
            await other.ExecuteAsync("select from multiplatform_post_queue for update");
            Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7()));
        }

        Assert.Equal(item, Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!.Id());
    }
}

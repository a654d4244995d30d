using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a failure leaves behind: queued again, or failed, always with the reason.</summary>
public sealed class SettleFailureTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(0L, 0)]
    [InlineData(120L, 120)]
    [InlineData(240L, 240)]
    [InlineData(86_400L, 86_400)]
    [InlineData(86_401L, 86_400)]
    [InlineData(long.MaxValue, 86_400)]
    [InlineData(-1L, 0)]
    [InlineData(long.MinValue, 0)]
    public async Task A_failure_that_may_pass_is_queued_again_after_the_delay_but_never_over_a_day(
        long retryInSeconds, int delay)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Fail(item, "The connection broke.", retryInSeconds));

        var row = await database.ItemAsync(item);
        Assert.Equal("queued", row.Text("status"));
        Assert.Equal("1", row.Text("retry_count"));
        Assert.Equal("The connection broke.", row.Text("error_message"));
        Assert.Null(row.Text("failed_at"));
        // Both are the settling transaction's clock, so the difference is exact.
        Assert.Equal(
            TimeSpan.FromSeconds(delay),
            await database.ScalarAsync<TimeSpan>("select scheduled_for - updated_at from multiplatform_post_queue"));
        Assert.Equal("retried", result.Outcome());
        Assert.Equal("1", result.Text("retry_count"));
        Assert.Equal("The connection broke.", result.Text("error"));
        Assert.Equal(row.Text("scheduled_for"), result.Text("retry_at"));
    }

    [Fact]
    public async Task A_retry_is_never_before_a_schedule_that_was_set_meanwhile()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync("update multiplatform_post_queue set scheduled_for = '2099-01-01Z'");

        var result = await database.SettleOneAsync(claimId, Fail(item, "The connection broke."));

        Assert.Equal("retried", result.Outcome());
        Assert.Equal(
            new DateTime(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            await database.ScalarAsync<DateTime>("select scheduled_for from multiplatform_post_queue"));
    }

    // What stands for each is raised by a trigger: the server itself would have to fail.
    [Theory]
    [InlineData("53100")]
    [InlineData("54000")]
    [InlineData("57P01")]
    [InlineData("58030")]
    [InlineData("XX000")]
    [InlineData("25006")]
    public async Task The_environments_failure_is_charged_to_no_item(string sqlState)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await RaiseAtInsertionsAsync(database, sqlState);
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal(("unsettled", "processing"), (result.Outcome(), (await database.ItemAsync(item)).Text("status")));
        Assert.Equal("0", (await database.ItemAsync(item)).Text("retry_count"));
    }

    [Theory]
    [InlineData("read committed", "retried", null)]
    [InlineData("repeatable read", "unsettled", "40001")]
    [InlineData("serializable", "unsettled", "40001")]
    public async Task A_serialization_failure_is_the_environments_where_transactions_are_stricter_than_usual(
        string isolation, string outcome, string? sqlstate)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await RaiseAtInsertionsAsync(database, "40001");
        await database.ExecuteAsync(
            $"""
            do $$ begin execute format('alter database %I set default_transaction_isolation = %L', current_database(), '{isolation}'); end $$
            """);
        database.ForgetConnections();
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal((outcome, sqlstate), (result.Outcome(), result.Text("sqlstate")));
    }

    [Fact]
    public async Task An_item_to_be_retried_is_taken_again_when_its_delay_is_over_and_not_before()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.SettleAsync(await database.ClaimAllAsync(), Fail(item, "The connection broke."));

        Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7()));
        await database.ExecuteAsync("update multiplatform_post_queue set scheduled_for = now()");
        var claimId = Guid.CreateVersion7();
        Assert.Equal("1", Assert.Single(await database.ClaimAsync(claimId))!.Text("retry_count"));
        Assert.Equal("posted", (await database.SettleOneAsync(claimId, Post(item))).Outcome());
    }

    [Fact]
    public async Task A_failure_with_no_retry_left_is_failed_with_its_reason()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "retry_count = 3");
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(
            claimId, Fail(item, "The connection broke.", retryInSeconds: null));

        var row = await database.ItemAsync(item);
        Assert.Equal("failed", row.Text("status"));
        Assert.NotNull(row.Text("failed_at"));
        Assert.Equal("The connection broke.", row.Text("error_message"));
        Assert.Equal("3", row.Text("retry_count"));
        Assert.Equal(("failed", "The connection broke."), (result.Outcome(), result.Text("error")));
        Assert.Equal(0L, await database.CountAsync("multiplatform_post_history"));
    }

    [Fact]
    public async Task A_refusal_fails_at_once_though_retries_are_left()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();

        await database.SettleAsync(claimId, Refuse(item, "The platform 'elsewhere' is not known."));

        var row = await database.ItemAsync(item);
        Assert.Equal("failed", row.Text("status"));
        Assert.Equal("The platform 'elsewhere' is not known.", row.Text("error_message"));
        Assert.Equal("0", row.Text("retry_count"));
        Assert.Equal(0L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData("deleted_at = now()", "The original post is deleted.")]
    [InlineData("status = 'deleted'", "The original post is deleted.")]
    [InlineData("status = 'archived'", "The original post is archived.")]
    [InlineData("status = 'private'", "The original post is private.")]
    [InlineData("moderation_status = 'rejected'", "The original post was rejected by moderation.")]
    [InlineData("is_crosspost = true", "The original post is itself a cross-post.")]
    public async Task An_original_that_changed_after_the_claim_is_not_posted(string change, string sentence)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var item = await database.AddItemAsync(original);
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync($"update content_posts set {change}");

        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal(("failed", sentence), (result.Outcome(), result.Text("error")));
        Assert.Equal(sentence, (await database.ItemAsync(item)).Text("error_message"));
        Assert.Equal(1L, await database.CountAsync("content_posts"));
    }

    [Theory]
    [InlineData("status = 'draft'")]
    [InlineData("status = 'scheduled'")]
    [InlineData("moderation_status = 'pending'")]
    [InlineData("moderation_status = 'flagged'")]
    [InlineData("moderation_status = 'reviewing'")]
    [InlineData("moderation_status = null")]
    [InlineData("status = null")]
    public async Task An_original_in_any_other_state_is_posted(string state)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync(), state));
        var claimId = await database.ClaimAllAsync();

        Assert.Equal("posted", (await database.SettleOneAsync(claimId, Post(item))).Outcome());
    }

    [Fact]
    public async Task Another_creators_original_is_refused()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var thief = await database.AddCreatorAsync();
        await database.ExecuteAsync("update multiplatform_post_queue set creator_id = $1", thief);
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal(
            ("failed", "The item's creator is not the creator of the original post."),
            (result.Outcome(), result.Text("error")));
        Assert.Equal(1L, await database.CountAsync("content_posts"));
    }

    [Fact]
    public async Task A_negative_retry_count_counts_from_zero()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "retry_count = -2147483648");
        var claimId = await database.ClaimAllAsync();

        await database.SettleAsync(claimId, Fail(item, "The connection broke."));

        Assert.Equal("1", (await database.ItemAsync(item)).Text("retry_count"));
    }

    /// <summary>Has each insertion of a post fail, as the server would.</summary>
    private static Task<int> RaiseAtInsertionsAsync(TestDatabase database, string sqlState) => database.ExecuteAsync(
        $"""
        create function broken() returns trigger language plpgsql as
          'begin raise exception ''the server broke'' using errcode = ''{sqlState}''; end';
        create trigger broken before insert on content_posts for each row execute function broken()
        """);
}

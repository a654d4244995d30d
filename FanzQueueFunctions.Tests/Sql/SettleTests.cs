using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a success leaves behind: the item, the new post, the history.</summary>
public sealed class SettleTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_paid_post_stays_paid()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();

        await database.SettleAsync(claimId, Post(item));

        var access = await database.RowsAsync(
            "select price, is_ppv, is_subscriber_only from content_posts where queue_item_id = $1", item);
        Assert.Equal([[19.99m, true, true]], access);
    }

    [Fact]
    public async Task A_posted_item_is_complete_and_its_old_error_is_cleared()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "error_message = 'timeout', retry_count = 1");
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Post(item));

        var row = await database.ItemAsync(item);
        Assert.Equal("posted", row.Text("status"));
        Assert.NotNull(row.Text("completed_at"));
        Assert.Null(row.Text("error_message"));
        Assert.Null(row.Text("failed_at"));
        Assert.Equal("1", row.Text("retry_count"));
        var post = await database.ScalarAsync<Guid>("select id from content_posts where queue_item_id = $1", item);
        Assert.Equal(post.ToString(), row.Text("target_post_id"));
        Assert.Equal("posted", result.Outcome());
        Assert.Equal(post.ToString(), result.Text("target_post_id"));
        Assert.Null(result.Text("error"));
        Assert.Null(result.Text("retry_at"));
    }

    [Fact]
    public async Task The_history_says_how_long_the_item_took()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        var original = await database.AddPostAsync(creator);
        var item = await database.AddItemAsync(original, with: "queued_at = now() - interval '90 seconds'");
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Post(item));

        var rows = await database.RowsAsync(
            """
            select h.original_post_id, h.creator_id, h.target_platform, h.target_post_id = q.target_post_id,
              h.time_to_post_seconds, h.posted_at = q.completed_at
            from multiplatform_post_history h, multiplatform_post_queue q
            """);
        var seconds = Assert.IsType<int>(Assert.Single(rows)[4]);
        Assert.Equal([original, creator, "girlfanz", true, seconds, true], rows[0]);
        Assert.InRange(seconds, 90, 150);
        Assert.Equal(seconds, result["time_to_post_seconds"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("-infinity", null)]
    [InlineData("infinity", null)]
    [InlineData("4713-01-01 BC", 2147483647)]
    [InlineData("294276-01-01", 0)]
    public async Task A_queue_time_at_the_end_of_what_a_timestamp_can_be_is_posted(string queuedAt, int? seconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "scheduled_for = now()");
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync($"update multiplatform_post_queue set queued_at = '{queuedAt}'");

        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal("posted", result.Outcome());
        Assert.Equal([[seconds]], await database.RowsAsync("select time_to_post_seconds from multiplatform_post_history"));
    }

    [Fact]
    public async Task The_new_post_is_the_original_but_for_what_is_laid_over_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.ExecuteAsync(
            "update content_posts set created_at = created_at - interval '1 day', updated_at = now() - interval '1 hour'");
        var item = await database.AddItemAsync(original);
        var claimId = await database.ClaimAllAsync();

        var result = await database.SettleOneAsync(claimId, Post(item));

        var expected = await database.PostAsync(original);
        var settledAt = (await database.ItemAsync(item)).Text("completed_at");
        expected["id"] = result.Text("target_post_id");
        expected["queue_item_id"] = item.ToString();
        expected["original_post_id"] = original.ToString();
        expected["is_crosspost"] = true;
        expected["cluster"] = "girlfanz";
        expected["status"] = "published";
        expected["moderation_status"] = "pending";
        foreach (var counter in (string[])["view_count", "like_count", "comment_count", "share_count"])
            expected[counter] = 0;
        expected["scheduled_at"] = null;
        foreach (var date in (string[])["published_at", "created_at", "updated_at"])
            expected[date] = settledAt;
        var actual = await database.PostAsync(Guid.Parse(result.Text("target_post_id")!));
        Assert.Equal(expected.ToJsonString(), actual.ToJsonString());
    }

    [Fact]
    public async Task What_the_item_modifies_is_laid_over_the_original_as_it_is_when_it_is_posted()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "modified_title = 'A title', modified_caption = 'A caption', modified_hashtags = '{one,two}'");
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync(
            """
            update multiplatform_post_queue set
              modified_title = 'Another title', modified_caption = 'Another caption', modified_hashtags = '{three,four}',
              add_platform_watermark = true
            """);

        await database.SettleAsync(claimId, Post(item, "gayfanz"));

        Assert.Equal(
            [["gayfanz", "Another title", "Another caption", "three four", true]],
            await database.RowsAsync(
                """
                select cluster::text, title, description, array_to_string(tags, ' '), watermark_enabled
                from content_posts where is_crosspost
                """));
    }

    [Fact]
    public async Task An_empty_caption_and_no_hashtags_are_what_the_creator_asked_for()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "modified_caption = '', modified_hashtags = '{}'");
        var claimId = await database.ClaimAllAsync();

        await database.SettleAsync(claimId, Post(item));

        Assert.Equal(
            [["", 0]],
            await database.RowsAsync("select description, cardinality(tags) from content_posts where is_crosspost"));
    }

    [Fact]
    public async Task A_column_that_production_adds_later_is_copied_too()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        await database.ExecuteAsync("alter table content_posts add column blocked_countries text[]");
        var item = await database.AddItemAsync(await database.AddPostAsync(creator, "blocked_countries = '{FR,DE}'"));
        var claimId = await database.ClaimAllAsync();

        await database.SettleAsync(claimId, Post(item));

        Assert.Equal(
            "FR DE",
            await database.ScalarAsync<string>(
                "select array_to_string(blocked_countries, ' ') from content_posts where is_crosspost"));
    }

    [Fact]
    public async Task An_item_posted_before_and_queued_again_by_hand_keeps_its_one_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var first = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'queued', target_post_id = null");

        var second = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal("posted", second.Outcome());
        Assert.Equal(first.Text("target_post_id"), second.Text("target_post_id"));
        Assert.Equal(first.Text("target_post_id"), (await database.ItemAsync(item)).Text("target_post_id"));
        Assert.Equal(1L, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_history"));
    }

    [Fact]
    public async Task Another_creators_post_that_carries_the_item_is_not_taken_for_its_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var forged = await database.AddPostAsync(await database.AddCreatorAsync(), $"queue_item_id = '{item}'");

        var refused = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal(
            ("failed",
             "duplicate key value violates unique constraint \"content_posts_queue_item_id_key\" (SQLSTATE 23505): " +
             $"post {forged}, which is not this item's, carries its id in queue_item_id; set that to null, and queue the item again"),
            (refused.Outcome(), refused.Text("error")));

        // What the sentence says helps.
        await database.ExecuteAsync("update content_posts set queue_item_id = null where id = $1", forged);
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'queued', scheduled_for = now()");
        Assert.Equal("posted", (await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item))).Outcome());
    }

    [Fact]
    public async Task A_batch_of_mixed_outcomes_is_settled_together()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var (posted, refused, obstructed) = (
            await database.AddItemAsync(original),
            await database.AddItemAsync(original),
            await database.AddItemAsync(original));
        var claimId = await database.ClaimAllAsync();

        var results = await database.SettleAsync(
            claimId, Post(posted), Refuse(refused, "No."), Fail(obstructed, "Not now."));

        Assert.Equal(
            new Dictionary<Guid, string> { [posted] = "posted", [refused] = "failed", [obstructed] = "retried" },
            results.ToDictionary(result => result!.ItemId(), result => result!.Outcome()));
    }

    [Fact]
    public async Task An_empty_batch_settles_to_an_empty_answer()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        Assert.Empty(await database.SettleAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task An_item_named_twice_is_posted_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();

        var result = Assert.Single(await database.SettleAsync(claimId, Post(item), Post(item)))!;

        Assert.Equal("posted", result.Outcome());
        Assert.Equal(1L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData("null, '[]'")]
    [InlineData("gen_random_uuid(), null")]
    [InlineData("gen_random_uuid(), '{}'")]
    [InlineData("gen_random_uuid(), 'null'")]
    public async Task A_settle_without_a_claim_or_an_array_is_an_error(string arguments)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync($"select post_queue_settle({arguments})"));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }
}

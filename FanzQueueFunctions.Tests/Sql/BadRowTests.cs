using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>One bad row among many good ones fails alone, whatever is bad about it.</summary>
public sealed class BadRowTests(PostgresFixture postgres)
{
    private const int GoodOnes = 20;

    [Theory]
    [InlineData("update content_posts set deleted_at = now() where id = @post", "The original post is deleted.")]
    [InlineData("update content_posts set status = 'deleted' where id = @post", "The original post is deleted.")]
    [InlineData("update content_posts set status = 'private' where id = @post", "The original post is private.")]
    [InlineData("update content_posts set status = 'archived' where id = @post", "The original post is archived.")]
    [InlineData(
        "update content_posts set moderation_status = 'rejected' where id = @post",
        "The original post was rejected by moderation.")]
    [InlineData(
        "update multiplatform_post_queue set creator_id = @other where id = @item",
        "The item's creator is not the creator of the original post.")]
    [InlineData("delete from creators where id = @creator", "The creator is gone.")]
    [InlineData("delete from content_posts where id = @post", "The original post is gone.")]
    public async Task A_row_that_went_bad_fails_alone_with_a_sentence(string spoil, string sentence)
    {
        var result = await SettleAmongGoodOnesAsync(spoil, _ => { });

        Assert.Equal(("failed", sentence), (result.Outcome(), result.Text("error")));
    }

    [Fact]
    public async Task A_platform_that_the_database_does_not_know_fails_alone()
    {
        var result = await SettleAmongGoodOnesAsync(null, outcome => outcome["cluster"] = "elsewhere");

        Assert.Equal("failed", result.Outcome());
        Assert.Equal(
            "invalid input value for enum platform_cluster: \"elsewhere\" (SQLSTATE 22P02)", result.Text("error"));
    }

    [Fact]
    public async Task A_missing_platform_fails_alone()
    {
        var result = await SettleAmongGoodOnesAsync(null, outcome => outcome["cluster"] = null);

        Assert.Equal("failed", result.Outcome());
        Assert.EndsWith("violates not-null constraint (SQLSTATE 23502)", result.Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_title_that_is_too_long_fails_alone()
    {
        var result = await SettleAmongGoodOnesAsync(
            """
            alter table multiplatform_post_queue alter modified_title type text;
            update multiplatform_post_queue set modified_title = repeat('x', 256) where id = @item
            """,
            _ => { });

        Assert.Equal("failed", result.Outcome());
        Assert.Equal("value too long for type character varying(255) (SQLSTATE 22001)", result.Text("error"));
    }

    [Fact]
    public async Task A_constraint_that_production_adds_fails_the_row_that_breaks_it()
    {
        var result = await SettleAmongGoodOnesAsync(
            """
            update content_posts set duration = 7 where id = @post;
            alter table content_posts add constraint no_seven check (duration <> 7 or not is_crosspost)
            """,
            _ => { });

        Assert.Equal("failed", result.Outcome());
        Assert.EndsWith("\"no_seven\" (SQLSTATE 23514)", result.Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_the_environment_is_charged_to_no_item()
    {
        var result = await SettleAmongGoodOnesAsync(
            """
            update content_posts set duration = 7 where id = @post;
            create function out_of_memory() returns trigger language plpgsql as
              $$ begin raise 'out of memory' using errcode = '53200'; end $$;
            create trigger out_of_memory before insert on content_posts
              for each row when (new.duration = 7) execute function out_of_memory()
            """,
            _ => { });

        Assert.Equal(("unsettled", "out of memory (SQLSTATE 53200)"), (result.Outcome(), result.Text("error")));
    }

    [Fact]
    public async Task An_error_that_may_pass_is_retried_alone()
    {
        var result = await SettleAmongGoodOnesAsync(
            """
            update content_posts set duration = 7 where id = @post;
            create function not_now() returns trigger language plpgsql as
              $$ begin raise 'not now' using errcode = '55006'; end $$;
            create trigger not_now before insert on content_posts
              for each row when (new.duration = 7) execute function not_now()
            """,
            _ => { });

        Assert.Equal(("retried", "not now (SQLSTATE 55006)"), (result.Outcome(), result.Text("error")));
    }

    [Theory]
    [InlineData("retry_count = 2147483647, max_retries = 2147483647")]
    [InlineData("retry_count = -2147483648, max_retries = -2147483648")]
    [InlineData("queued_at = '-infinity', processing_started_at = 'infinity'")]
    public async Task Absurd_values_do_not_keep_a_row_from_being_posted(string values)
    {
        var result = await SettleAmongGoodOnesAsync(
            $"update multiplatform_post_queue set {values} where id = @item", _ => { });

        Assert.Equal("posted", result.Outcome());
    }

    [Fact]
    public async Task A_retry_count_that_cannot_grow_fails_alone()
    {
        var result = await SettleAmongGoodOnesAsync(
            "update multiplatform_post_queue set retry_count = 2147483647 where id = @item",
            outcome =>
            {
                outcome["obstacle"] = "Not now.";
                outcome["retry_in_seconds"] = 120;
            });

        Assert.Equal(("failed", "integer out of range (SQLSTATE 22003)"), (result.Outcome(), result.Text("error")));
    }

    [Theory]
    [InlineData("1e30")]
    [InlineData("-1e30")]
    [InlineData("0.5")]
    public async Task An_absurd_delay_is_held_within_a_day(string delay)
    {
        var result = await SettleAmongGoodOnesAsync(
            null,
            outcome =>
            {
                outcome["obstacle"] = "Not now.";
                outcome["retry_in_seconds"] = JsonNode.Parse(delay);
            });

        Assert.Equal(("retried", "Not now."), (result.Outcome(), result.Text("error")));
    }

    /// <param name="spoil">What makes the row bad after the claim; @creator, @post, @item and @other stand for ids.</param>
    /// <param name="change">What makes its outcome bad.</param>
    /// <returns>The result of the bad one, after all the others were found posted.</returns>
    private async Task<JsonNode> SettleAmongGoodOnesAsync(string? spoil, Action<JsonObject> change)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var other = await database.AddCreatorAsync();
        await database.AddItemsAsync(await database.AddPostAsync(other), GoodOnes);
        var creator = await database.AddCreatorAsync();
        var post = await database.AddPostAsync(creator);
        var bad = await database.AddItemAsync(post);
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId, 1000);
        if (spoil is not null)
        {
            await database.ExecuteWithoutForeignKeysAsync(
                spoil.Replace("@creator", $"'{creator}'", StringComparison.Ordinal)
                    .Replace("@other", $"'{other}'", StringComparison.Ordinal)
                    .Replace("@post", $"'{post}'", StringComparison.Ordinal)
                    .Replace("@item", $"'{bad}'", StringComparison.Ordinal));
        }

        var outcomes = items.Select(item => Post(item!.Id())).ToArray();
        change(outcomes.Single(outcome => outcome.ItemId() == bad));
        var results = await database.SettleAsync(claimId, outcomes);

        Assert.Equal(GoodOnes + 1, results.Count);
        Assert.All(
            results.Where(result => result!.ItemId() != bad), result => Assert.Equal("posted", result!.Outcome()));
        var result = results.Single(result => result!.ItemId() == bad)!;
        Assert.Equal(
            GoodOnes + (result.Outcome() == "posted" ? 1L : 0L),
            await database.CountAsync("content_posts where is_crosspost"));
        // What stays in hand is not written to.
        var written = result.Outcome() == "unsettled" ? null : result.Text("error");
        Assert.Equal(written, (await database.ItemAsync(bad)).Text("error_message"));
        return result;
    }
}

using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>An answer may be lost on its way: the same call again changes nothing and answers the same.</summary>
public sealed class RepeatedCallTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_repeated_claim_gives_the_same_items_and_takes_no_more()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 5);
        var claimId = Guid.CreateVersion7();
        var first = await database.ClaimAsync(claimId, batchSize: 3);

        var second = await database.ClaimAsync(claimId, batchSize: 3);

        // The members may stand in another order.
        Assert.True(JsonNode.DeepEquals(first, second), $"{first} {second}");
        Assert.Equal(2L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task A_claim_repeated_after_its_items_are_settled_takes_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var (posted, failed, retried) = (
            await database.AddItemAsync(original),
            await database.AddItemAsync(original),
            await database.AddItemAsync(original));
        var claimId = await database.ClaimAllAsync();
        await database.SettleAsync(claimId, Post(posted), Refuse(failed, "No."), Fail(retried, "Not now.", 0));
        await database.AddItemAsync(original);

        Assert.Empty(await database.ClaimAsync(claimId));
        Assert.Equal(0L, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
    }

    [Fact]
    public async Task A_repeated_claim_that_overtakes_the_first_waits_for_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 5);
        var claimId = Guid.CreateVersion7();
        await using var first = await OpenTransaction.BeginAsync(database);
        var firstAnswer = await first.ScalarAsync<string>("select post_queue_claim($1, 3, 900)::text", claimId);

        var repetition = database.ClaimAnswerAsync(claimId, batchSize: 3);
        await database.WaitUntilASessionWaitsForALockAsync();
        await first.CommitAsync();

        var answer = await repetition.PromptlyAsync();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(firstAnswer), answer), $"{firstAnswer} is not {answer}");
        Assert.Equal(2L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task A_repeated_settle_that_overtakes_the_first_waits_for_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await using var first = await OpenTransaction.BeginAsync(database);
        var firstAnswer = await first.ScalarAsync<string>(
            "select post_queue_settle($1, $2::jsonb)::text", claimId, new JsonArray(Post(item)).ToJsonString());

        var repetition = database.SettleAsync(claimId, Post(item));
        await database.WaitUntilASessionWaitsForALockAsync();
        await first.CommitAsync();

        var answer = await repetition.PromptlyAsync();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(firstAnswer), answer), $"{firstAnswer} is not {answer}");
        Assert.Equal(1L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData("posted")]
    [InlineData("retried")]
    [InlineData("failed")]
    public async Task A_repeated_settle_changes_nothing_and_answers_the_same(string expected)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        JsonObject Outcome() => expected switch
        {
            "posted" => Post(item),
            "retried" => Fail(item, "Not now."),
            _ => Refuse(item, "No."),
        };
        var first = await database.SettleOneAsync(claimId, Outcome());
        var before = await database.ItemAsync(item);

        var second = await database.SettleOneAsync(claimId, Outcome());

        Assert.Equal(expected, first.Outcome());
        // The members may stand in another order.
        Assert.True(JsonNode.DeepEquals(first, second), $"{first} {second}");
        Assert.Equal(before.ToJsonString(), (await database.ItemAsync(item)).ToJsonString());
        var posts = expected == "posted" ? 1L : 0L;
        Assert.Equal(posts, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(posts, await database.CountAsync("multiplatform_post_history"));
    }

    [Fact]
    public async Task A_repeated_settle_after_the_item_was_taken_by_the_next_run_finds_it_lost()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await database.SettleAsync(claimId, Fail(item, "Not now.", retryInSeconds: 0));
        await database.ClaimAllAsync();

        Assert.Equal("lost", (await database.SettleOneAsync(claimId, Fail(item, "Not now.", 0))).Outcome());
        Assert.Equal("processing", (await database.ItemAsync(item)).Text("status"));
    }
}

using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Items taken away from a run in the middle of its batch: it posts none of them, the next run each once.</summary>
public sealed class LostItemTests(PostgresFixture postgres)
{
    private const string ResetFunction = "select post_queue_reset_stuck(0)";

    // The document's own UPDATE, which leaves claim_id as it is.
    private const string DocumentReset =
        """
        UPDATE multiplatform_post_queue
        SET status = 'queued', processing_started_at = NULL
        WHERE status = 'processing'
        AND processing_started_at < NOW() - INTERVAL '5 minutes'
        """;

    private const string Rescue = "select post_queue_claim(gen_random_uuid(), 10, 300)";

    [Theory]
    [InlineData(ResetFunction)]
    [InlineData(DocumentReset)]
    [InlineData(Rescue)]
    public async Task An_item_taken_away_in_mid_batch_is_lost_to_its_run(string takeAway)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await MakeStuckAsync(database);
        await database.ExecuteAsync(takeAway);
        var before = await database.ItemAsync(item);

        Assert.Equal("lost", (await database.SettleOneAsync(claimId, Post(item))).Outcome());

        Assert.Equal(before.ToJsonString(), (await database.ItemAsync(item)).ToJsonString());
        Assert.Equal(0L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData(ResetFunction)]
    [InlineData(DocumentReset)]
    public async Task An_item_taken_away_in_mid_batch_is_posted_once_by_the_next_claim(string takeAway)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var gone = await database.ClaimAllAsync();
        await MakeStuckAsync(database);
        await database.ExecuteAsync(takeAway);

        var next = await database.ClaimAllAsync();
        Assert.Equal("lost", (await database.SettleOneAsync(gone, Post(item))).Outcome());
        Assert.Equal("posted", (await database.SettleOneAsync(next, Post(item))).Outcome());
        Assert.Equal("lost", (await database.SettleOneAsync(gone, Post(item))).Outcome());

        Assert.Equal(1L, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_history"));
    }

    [Fact]
    public async Task A_rescued_item_is_posted_once_by_the_claim_that_rescued_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var gone = await database.ClaimAllAsync();
        await MakeStuckAsync(database);
        var rescuer = Guid.CreateVersion7();
        await database.ClaimAsync(rescuer, leaseSeconds: 300);

        Assert.Equal("posted", (await database.SettleOneAsync(rescuer, Post(item))).Outcome());
        Assert.Equal("lost", (await database.SettleOneAsync(gone, Post(item))).Outcome());

        Assert.Equal(1L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Fact]
    public async Task An_item_given_up_in_mid_batch_is_lost_to_its_run()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "max_retries = 0");
        var claimId = await database.ClaimAllAsync();
        await MakeStuckAsync(database);
        await database.ExecuteAsync(Rescue);

        Assert.Equal("lost", (await database.SettleOneAsync(claimId, Post(item))).Outcome());
        Assert.Equal("failed", (await database.ItemAsync(item)).Text("status"));
    }

    [Fact]
    public async Task An_item_cancelled_in_mid_batch_is_lost_and_stays_cancelled()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'cancelled'");

        Assert.Equal("lost", (await database.SettleOneAsync(claimId, Post(item))).Outcome());
        Assert.Equal("cancelled", (await database.ItemAsync(item)).Text("status"));
        Assert.Equal(0L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData("delete from multiplatform_post_queue")]
    [InlineData("delete from content_posts")]
    [InlineData("delete from creators")]
    public async Task An_item_deleted_in_mid_batch_is_lost(string delete)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync(delete);

        Assert.Equal("lost", (await database.SettleOneAsync(claimId, Post(item))).Outcome());
        Assert.Equal(0L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Fact]
    public async Task An_item_never_claimed_is_lost_to_whoever_would_settle_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));

        Assert.Equal("lost", (await database.SettleOneAsync(Guid.CreateVersion7(), Post(item))).Outcome());
        Assert.Equal("queued", (await database.ItemAsync(item)).Text("status"));
    }

    [Fact]
    public async Task The_rest_of_a_batch_is_posted_where_one_item_is_lost()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var lost = await database.AddItemAsync(original);
        var kept = await database.AddItemAsync(original);
        var claimId = await database.ClaimAllAsync();
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'cancelled' where id = $1", lost);

        var results = await database.SettleAsync(claimId, Post(lost), Post(kept));

        Assert.Equal(
            new Dictionary<Guid, string> { [lost] = "lost", [kept] = "posted" },
            results.ToDictionary(result => result!.ItemId(), result => result!.Outcome()));
    }

    private static Task<int> MakeStuckAsync(TestDatabase database) =>
        database.ExecuteAsync(
            "update multiplatform_post_queue set processing_started_at = now() - interval '10 minutes'");
}

using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Which items a claim takes, in which order, and what it says of them.</summary>
public sealed class ClaimTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_claim_takes_the_oldest_due_first_and_no_more_than_its_batch()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var second = await database.AddItemAsync(original, with: "queued_at = now() - interval '2 hours'");
        var third = await database.AddItemAsync(original, with: "queued_at = now() - interval '1 hour'");
        var first = await database.AddItemAsync(original, with: "queued_at = now() - interval '3 hours'");

        var items = await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 2);

        Assert.Equal([first, second], items.Select(item => item!.Id()));
        Assert.Equal("queued", (await database.ItemAsync(third)).Text("status"));
    }

    [Fact]
    public async Task A_scheduled_item_counts_from_when_it_came_due_and_not_from_when_it_was_queued()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var queuedLongAgo = await database.AddItemAsync(
            original, with: "queued_at = now() - interval '9 hours', scheduled_for = now() - interval '1 hour'");
        var waiting = await database.AddItemAsync(original, with: "queued_at = now() - interval '2 hours'");

        var items = await database.ClaimAsync(Guid.CreateVersion7());

        Assert.Equal([waiting, queuedLongAgo], items.Select(item => item!.Id()));
    }

    [Fact]
    public async Task A_scheduled_item_is_not_taken_before_its_time()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, with: "scheduled_for = now() + interval '1 minute'");
        await database.AddItemAsync(original, with: "scheduled_for = 'infinity'");
        var due = await database.AddItemAsync(original, with: "scheduled_for = now()");

        Assert.Equal([due], (await database.ClaimAsync(Guid.CreateVersion7())).Select(item => item!.Id()));
    }

    [Theory]
    [InlineData("processing")]
    [InlineData("posted")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task Only_queued_items_are_taken(string status)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: $"status = '{status}', processing_started_at = now()");

        Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_claimed_item_is_processing_under_its_claim()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));

        var claimId = await database.ClaimAllAsync();

        var row = await database.ItemAsync(item);
        Assert.Equal("processing", row.Text("status"));
        Assert.Equal(claimId.ToString(), row.Text("claim_id"));
        Assert.Equal(row.Text("updated_at"), row.Text("processing_started_at"));
    }

    [Fact]
    public async Task The_answer_has_what_the_app_decides_on_and_no_caption()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(creator),
            with: "modified_title = 'Mine', modified_caption = 'long', retry_count = 2");

        var answer = await database.ClaimAnswerAsync(Guid.CreateVersion7());

        Assert.Equal(
            $$$"""{"items":[{"id":"{{{item}}}","creator_id":"{{{creator}}}","target_platform":"girlfanz","platform_known":true,"modified_title":"Mine","retry_count":2,"max_retries":3,"original":{"creator_id":"{{{creator}}}","title":"An original","status":"published","moderation_status":"approved","is_deleted":false,"is_crosspost":false}}],"rescued":0,"given_up":0}""",
            answer.ToJsonString());
    }

    [Theory]
    [InlineData("gayfanz", true)]
    [InlineData("GayFanz", false)]
    [InlineData("elsewhere", false)]
    [InlineData("", false)]
    public async Task The_answer_says_whether_the_platform_is_known(string platform, bool known)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()), platform);

        var item = Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!;

        Assert.Equal(known, item["platform_known"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_platform_name_of_a_megabyte_does_not_swell_the_answer()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "target_platform = repeat('x', 1000000), modified_caption = repeat('y', 1000000)");

        Assert.InRange((await database.ClaimAnswerAsync(Guid.CreateVersion7())).ToJsonString().Length, 1, 2000);
    }

    [Fact]
    public async Task An_item_without_an_original_is_claimed_and_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original);
        await database.ExecuteWithoutForeignKeysAsync("delete from content_posts");

        var item = Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!;

        Assert.True(item.AsObject().ContainsKey("original"));
        Assert.Null(item["original"]);
    }

    [Fact]
    public async Task A_claim_of_nothing_tells_what_is_in_hand_and_takes_and_rescues_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var held = await database.AddItemAsync(post);
        var claimId = await database.ClaimAllAsync();
        await database.AddItemAsync(post);
        await database.AddItemAsync(post, with: "status = 'processing', processing_started_at = now() - interval '1 day'");

        var items = await database.ClaimAsync(claimId, batchSize: 0);
        var none = await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 0);

        Assert.Equal([held], items.Select(item => item!.Id()));
        Assert.Empty(none);
        Assert.Equal(
            [["processing", 2L], ["queued", 1L]],
            await database.RowsAsync("select status::text, count(*) from multiplatform_post_queue group by 1 order by 1"));
    }

    [Theory]
    [InlineData(null, 900)]
    [InlineData(1001, 900)]
    [InlineData(-1, 900)]
    [InlineData(10, 0)]
    [InlineData(10, -1)]
    public async Task An_argument_out_of_its_range_is_an_error(int? batchSize, int? leaseSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => database.ClaimAnswerAsync(Guid.CreateVersion7(), batchSize, leaseSeconds));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }

    [Fact]
    public async Task A_claim_without_a_lease_leaves_to_the_dead_what_they_hold()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, with: "status = 'processing', processing_started_at = now() - interval '1 day'");
        var due = await database.AddItemAsync(original);

        var answer = await database.ClaimAnswerAsync(Guid.CreateVersion7(), leaseSeconds: null);

        Assert.Equal("0", answer.Text("rescued"));
        Assert.Equal(due, Assert.Single(answer["items"]!.AsArray())!.Id());
    }

    [Fact]
    public async Task A_claim_without_an_id_is_an_error()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync("select post_queue_claim(null, 10, 900)"));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }
}

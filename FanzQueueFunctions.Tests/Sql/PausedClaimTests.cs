using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a claim takes while something is paused.</summary>
public sealed class PausedClaimTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Items_of_a_paused_platform_wait_untouched_and_the_others_go_oldest_first(bool fair)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var paused = await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '4 hours'");
        var second = await database.AddItemAsync(original, "boyfanz", with: "queued_at = now() - interval '2 hours'");
        var first = await database.AddItemAsync(original, "gayfanz", with: "queued_at = now() - interval '3 hours'");
        var later = await database.AddItemAsync(original, "gayfanz", with: "scheduled_for = now() + interval '1 hour'");
        var before = (await database.ItemAsync(paused)).ToJsonString();
        await database.PauseAsync("girlfanz");

        var items = await database.ClaimAsync(Guid.CreateVersion7(), fair: fair);

        Assert.Equal([first, second], items.Select(item => item!.Id()));
        Assert.Equal(before, (await database.ItemAsync(paused)).ToJsonString());
        Assert.Equal("queued", (await database.ItemAsync(later)).Text("status"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resumed_they_go_on_from_their_old_place(bool fair)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var older = await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '2 hours'");
        var newer = await database.AddItemAsync(original, "boyfanz");
        await database.PauseAsync("girlfanz");
        await database.ResumeAsync("girlfanz");

        var items = await database.ClaimAsync(Guid.CreateVersion7(), fair: fair);

        Assert.Equal([older, newer], items.Select(item => item!.Id()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_everything_is_paused_nothing_is_taken(bool fair)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz");
        await database.AddItemAsync(original, "elsewhere");
        await database.PauseAsync(null);

        Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7(), fair: fair));
    }

    [Fact]
    public async Task What_is_in_hand_when_its_platform_is_paused_is_posted()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await database.PauseAsync("girlfanz");
        await database.PauseAsync(null);

        var again = await database.ClaimAsync(claimId);
        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal(item, Assert.Single(again)!.Id());
        Assert.Equal("posted", result.Outcome());
    }

    [Theory]
    [InlineData("")]
    [InlineData("aaa")]
    [InlineData("GirlFanz")]
    [InlineData("girlfanz ")]
    [InlineData("girlfanz\u0001")]
    [InlineData("zzz")]
    [InlineData("ÿ")]
    public async Task An_item_of_an_unknown_platform_is_taken_all_the_same_to_be_refused(string platform)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz");
        var unknown = await database.AddItemAsync(original, platform);
        await database.PauseAsync("girlfanz");

        Assert.Equal(unknown, Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()))!.Id());
    }

    [Fact]
    public async Task A_thousand_made_up_names_hide_no_known_platform_and_are_taken_behind_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
            select id, creator_id, name || n, now() - interval '1 hour'
            from content_posts, unnest(array['0-', 'girlfanz-', 'zzz-']) as name, generate_series(1, 1000) as n
            """);
        await database.AddItemAsync(original, "girlfanz");
        await database.AddItemAsync(original, "transfanz");
        await database.AddItemAsync(original, "pupfanz");
        await database.PauseAsync("pupfanz");

        var first = await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 2);
        var second = await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 50);

        Assert.Equal(["girlfanz", "transfanz"], first.Select(item => item!.Text("target_platform")).Order());
        Assert.Equal(50, second.Count(item => item!.Text("target_platform")!.Contains('-', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_fifty_open_platforms_the_oldest_items_go_first_whatever_the_batch()
    {
        foreach (var batchSize in (int[])[1, 7, 60, 200])
        {
            await using var database = await postgres.CreateDatabaseAsync();
            await database.AddPostAsync(await database.AddCreatorAsync());
            await database.ExecuteAsync(
                """
                insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
                select id, creator_id, platform, now() - ('x' || left(md5(platform::text || n), 4))::bit(16)::integer * interval '1 second'
                from content_posts, unnest(enum_range(null::platform_cluster)) as platform, generate_series(1, 3) as n
                """);
            await database.PauseAsync("girlfanz");
            var oldest = await database.RowsAsync(
                """
                select id from multiplatform_post_queue
                where target_platform <> 'girlfanz'
                order by queued_at, id
                limit $1
                """,
                batchSize);

            var items = await database.ClaimAsync(Guid.CreateVersion7(), batchSize);

            Assert.Equal(oldest.Select(row => row[0]), items.Select(item => (object)item!.Id()));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Locked_items_are_passed_by_and_none_is_waited_for(bool fair)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz");
        await database.AddItemsAsync(original, 150);
        await database.PauseAsync("girlfanz");
        await using var session = await OpenTransaction.BeginAsync(database);
        await session.ExecuteAsync(
            """
            select from multiplatform_post_queue where target_platform <> 'girlfanz'
            order by greatest(scheduled_for, queued_at), id limit 90 for update
            """);

        var items = await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 10, fair: fair).PromptlyAsync();

        Assert.Equal(10, items.Count);
    }

    [Fact]
    public async Task A_platform_can_be_paused_and_resumed_while_a_claim_is_open()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.PauseAsync("boyfanz");
        await using var session = await OpenTransaction.BeginAsync(database);
        await session.ScalarAsync<string>("select post_queue_claim($1, 10, 900)::text", Guid.CreateVersion7());

        Assert.Equal("true", (await database.PauseAsync("girlfanz").PromptlyAsync()).Text("changed"));
        Assert.Equal("true", (await database.ResumeAsync("boyfanz").PromptlyAsync()).Text("changed"));
    }
}

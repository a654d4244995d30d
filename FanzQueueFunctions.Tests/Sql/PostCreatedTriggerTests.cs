using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>An original queues its creator's default platforms; a cross-post queues nothing, or it would never end.</summary>
public sealed class PostCreatedTriggerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_original_queues_an_item_for_each_other_default_platform()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await AddAutoPostingCreatorAsync(database);

        var original = await database.AddPostAsync(creator);

        Assert.Equal(
            [["girlfanz", original, creator, true], ["pupfanz", original, creator, true]],
            await database.RowsAsync(
                """
                select target_platform, original_post_id, creator_id, scheduled_for is null
                from multiplatform_post_queue order by 1
                """));
    }

    [Fact]
    public async Task A_cross_post_queues_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddPostAsync(await AddAutoPostingCreatorAsync(database));
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId);

        await database.SettleAsync(
            claimId, [.. items.Select(item => Post(item!.Id(), item!.Text("target_platform")!))]);

        Assert.Equal(2L, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(2L, await database.CountAsync("multiplatform_post_queue"));
        Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_creators_delay_schedules_the_items()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await AddAutoPostingCreatorAsync(database);
        await database.ExecuteAsync("update creator_multiplatform_settings set auto_post_delay_seconds = 600");

        await database.AddPostAsync(creator);

        Assert.Equal(
            2L,
            await database.CountAsync(
                "multiplatform_post_queue where scheduled_for = queued_at + interval '10 minutes'"));
    }

    [Fact]
    public async Task A_creator_who_does_not_post_automatically_queues_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await AddAutoPostingCreatorAsync(database);
        await database.ExecuteAsync("update creator_multiplatform_settings set auto_post_enabled = false");

        await database.AddPostAsync(creator);

        Assert.Equal(0L, await database.CountAsync("multiplatform_post_queue"));
    }

    private static async Task<Guid> AddAutoPostingCreatorAsync(TestDatabase database)
    {
        var creator = await database.AddCreatorAsync();
        await database.ExecuteAsync(
            """
            insert into creator_multiplatform_settings (creator_id, default_platforms, auto_post_enabled)
            values ($1, '{boyfanz,girlfanz,pupfanz}', true)
            """,
            creator);
        return creator;
    }
}

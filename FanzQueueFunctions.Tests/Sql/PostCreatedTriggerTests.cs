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

    [Theory]
    [InlineData("create trigger a_second after insert on content_posts for each row execute function on_post_created_multiplatform()")]
    [InlineData(
        """
        create trigger a_second after insert on content_posts for each row execute function on_post_created_multiplatform();
        create trigger a_third after insert on content_posts for each row execute function on_post_created_multiplatform();
        drop trigger trigger_post_created_multiplatform on content_posts
        """)]
    [InlineData(
        """
        create constraint trigger when_it_ends after insert on content_posts deferrable initially deferred
          for each row execute function on_post_created_multiplatform()
        """)]
    [InlineData(
        """
        create function queue_new_posts() returns trigger language plpgsql as
          $$
          begin
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
            select id, creator_id, 'gayfanz' from added;
            return null;
          end
          $$;
        create trigger once_a_statement after insert on content_posts referencing new table as added
          for each statement execute function queue_new_posts()
        """)]
    [InlineData(
        """
        create function queue_first() returns trigger language plpgsql as
          $$
          begin
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
            values (new.id, new.creator_id, 'gayfanz');
            return new;
          end
          $$;
        alter table multiplatform_post_queue
          alter constraint multiplatform_post_queue_original_post_id_fkey deferrable initially deferred;
        create trigger before_the_post_is_there before insert on content_posts
          for each row execute function queue_first()
        """)]
    public async Task A_cross_post_queues_nothing_whatever_trigger_is_added_later(string trigger)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(trigger);
        await database.AddPostAsync(await AddAutoPostingCreatorAsync(database));
        var queued = await database.CountAsync("multiplatform_post_queue");
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId);

        var results = await database.SettleAsync(
            claimId, [.. items.Select(item => Post(item!.Id(), item!.Text("target_platform")!))]);

        Assert.NotEqual(0L, queued);
        Assert.All(results, result => Assert.Equal((null, "posted"), (result!.Text("error"), result!.Outcome())));
        Assert.Equal(queued, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(queued, await database.CountAsync("multiplatform_post_queue"));
    }

    [Fact]
    public async Task An_item_queued_for_a_cross_post_by_hand_is_kept_and_fails_with_a_sentence()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var posted = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));
        var further = await database.AddItemAsync(Guid.Parse(posted.Text("target_post_id")!), "pupfanz");

        var result = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(further));

        Assert.Equal(("failed", "The original post is itself a cross-post."), (result.Outcome(), result.Text("error")));
    }

    [Fact]
    public async Task What_a_trigger_queues_for_another_post_during_a_settle_is_kept()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var other = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.ExecuteAsync(
            $"""
            create function queue_another() returns trigger language plpgsql as
              $$
              begin
                insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
                select id, creator_id, 'gayfanz' from content_posts where id = '{other}';
                return null;
              end
              $$;
            create trigger another after insert on content_posts for each row
              when (new.is_crosspost) execute function queue_another()
            """);
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));

        await database.SettleAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal(
            [[other]], await database.RowsAsync("select original_post_id from multiplatform_post_queue where status = 'queued'"));
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

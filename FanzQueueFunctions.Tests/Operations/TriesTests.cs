using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Sql;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class TriesTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Each_try_that_did_not_post_an_item_is_kept_and_the_post_is_not()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var first = await database.ClaimAllAsync();
        await database.SettleOneAsync(first, Fail(item, "Too busy.", 120));
        await DueAgainAsync(database);
        await database.ClaimAllAsync();
        await database.ExecuteAsync("update multiplatform_post_queue set processing_started_at = now() - interval '1 day'");
        await database.ClaimAsync(Guid.CreateVersion7());
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'queued', claim_id = null");
        var last = await database.ClaimAllAsync();
        await database.SettleOneAsync(last, Refuse(item, "It may not be."));

        var tries = (await StoryAsync(database, item))["tries"]!.AsArray();

        Assert.Equal(["failed", "rescued", "retried"], tries.Select(one => one!.Text("outcome")));
        Assert.Equal(
            ["It may not be.", "its worker stopped while processing it", "Too busy."], tries.Select(one => one!.Text("error")));
        Assert.Equal((last.ToString(), first.ToString()), (tries[0]!.Text("claim_id"), tries[2]!.Text("claim_id")));
        Assert.NotNull(tries[2]!["retry_at"]);

        await database.ChangeAsync("retry", $$"""{"ids": ["{{item}}"]}""");
        await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));
        Assert.Equal(3L, await database.CountAsync("post_queue.tries"));
    }

    [Fact]
    public async Task An_item_whose_workers_stopped_too_often_keeps_that_too()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "status = 'processing', processing_started_at = now() - interval '1 day', rescue_count = 3");

        await database.ClaimAllAsync();

        var one = Assert.Single((await StoryAsync(database, item))["tries"]!.AsArray())!;
        Assert.Equal(("given_up", "worker stopped 4 times while processing"), (one.Text("outcome"), one.Text("error")));
    }

    [Fact]
    public async Task A_settle_that_is_repeated_keeps_its_try_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claim = await database.ClaimAllAsync();

        await database.SettleOneAsync(claim, Fail(item, "Too busy."));
        await database.SettleOneAsync(claim, Fail(item, "Too busy."));

        Assert.Equal(1L, await database.CountAsync("post_queue.tries"));
    }

    [Fact]
    public async Task An_item_that_is_retried_again_and_again_keeps_the_last_of_its_tries()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        for (var i = 0; i < 30; i++)
        {
            await database.SettleOneAsync(await database.ClaimAllAsync(), Refuse(item, $"Try {i}."));
            await database.ChangeAsync("retry", $$"""{"ids": ["{{item}}"]}""");
        }

        Assert.Equal(20L, await database.CountAsync("post_queue.tries"));
        Assert.Equal("Try 29.", (await StoryAsync(database, item))["tries"]![0]!.Text("error"));
    }

    [Theory]
    [InlineData("delete from multiplatform_post_queue")]
    [InlineData("delete from creators")]
    public async Task Tries_go_with_their_item(string delete)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.SettleOneAsync(await database.ClaimAllAsync(), Refuse(item, "No."));

        await database.ExecuteAsync(delete);

        Assert.Equal(0L, await database.CountAsync("post_queue.tries"));
    }

    [Fact]
    public async Task Retries_and_failures_are_in_the_figures()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var retried = await database.AddItemAsync(post);
        var failed = await database.AddItemAsync(post, "pupfanz");
        await database.SettleAsync(await database.ClaimAllAsync(), Fail(retried, "Too busy."), Refuse(failed, "No."));

        var bucket = await database.ObjectAsync("select post_queue_series(3600, 60) #>> '{buckets,0}'");

        Assert.Equal(("0", "1", "1"), (bucket.Text("posted"), bucket.Text("failed"), bucket.Text("retried")));
    }

    private static Task<int> DueAgainAsync(TestDatabase database) =>
        database.ExecuteAsync("update multiplatform_post_queue set scheduled_for = now() - interval '1 second'");

    private static Task<System.Text.Json.Nodes.JsonObject> StoryAsync(TestDatabase database, Guid item) =>
        database.ObjectAsync("select post_queue_item($1) ->> 0", item);
}

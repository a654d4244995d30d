using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a claim takes of a platform that is limited to so many posts a minute.</summary>
public sealed class LimitedClaimTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_limited_platform_gets_its_share_and_holds_up_no_other(bool fair)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        for (var i = 0; i < 5; i++)
            await database.AddItemAsync(original, "girlfanz", with: $"queued_at = now() - interval '{10 - i} hours'");
        for (var i = 0; i < 3; i++)
            await database.AddItemAsync(original, "boyfanz");
        await database.LimitAsync("girlfanz", 1);

        var first = await database.ClaimAsync(Guid.CreateVersion7(), fair: fair);
        var second = await database.ClaimAsync(Guid.CreateVersion7(), fair: fair);

        Assert.Equal(
            ["boyfanz", "boyfanz", "boyfanz", "girlfanz"], first.Select(item => item!.Text("target_platform")).Order());
        Assert.Empty(second);
    }

    // What next_at says is what the claims took; the clock is moved by moving it.
    [Theory]
    [InlineData(60, 0, 1)]
    [InlineData(60, 1, 2)]
    [InlineData(60, 5, 6)]
    [InlineData(60, 10, 11)]
    [InlineData(60, 3600, 11)]
    [InlineData(6, 9, 1)]
    [InlineData(6, 3600, 2)]
    [InlineData(1, 3600, 1)]
    [InlineData(60000, 3600, 100)]
    public async Task What_was_not_used_stays_good_for_ten_seconds(int perMinute, int secondsAgo, int taken)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(original, 300);
        await database.ExecuteAsync("update multiplatform_post_queue set target_platform = 'girlfanz'");
        await database.LimitAsync("girlfanz", perMinute);
        await database.ExecuteAsync("update post_queue.limits set next_at = now() - make_interval(secs => $1)", secondsAgo);

        // Between the two statements the clock goes on by less than a post's time, but for the last case.
        Assert.Equal(taken, (await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 100)).Count);
    }

    [Fact]
    public async Task A_moment_that_a_clock_which_was_ahead_has_set_counts_as_now()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 3);
        await database.ExecuteAsync("update multiplatform_post_queue set target_platform = 'girlfanz'");
        await database.LimitAsync("girlfanz", 6);
        await database.ExecuteAsync("update post_queue.limits set next_at = now() + interval '3 hours'");

        Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task Claims_at_once_and_one_after_another_take_what_the_time_allows_and_not_one_more()
    {
        const int PerMinute = 1200;
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(original, 900);
        await database.ExecuteAsync("update multiplatform_post_queue set target_platform = 'girlfanz'");
        await database.LimitAsync("girlfanz", PerMinute);
        var began = await database.ScalarAsync<DateTime>("select next_at from post_queue.limits");

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var count = 0;
            for (var claim = 0; claim < 25; claim++)
                count += (await database.ClaimAsync(Guid.CreateVersion7())).Count;
            return count;
        }));

        // Each post moved the clock on by its time, so the clock tells how many there were.
        var ended = await database.ScalarAsync<DateTime>("select next_at from post_queue.limits");
        var now = await database.ScalarAsync<DateTime>("select clock_timestamp()");
        Assert.Equal(taken.Sum(), Math.Round((ended - began).TotalMinutes * PerMinute));
        Assert.InRange(ended, began, now + TimeSpan.FromMinutes(1.0 / PerMinute));
        Assert.True(taken.Sum() > 1);
    }

    [Fact]
    public async Task A_claim_that_is_rolled_back_used_up_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.LimitAsync("girlfanz", 1);
        await using (var session = await OpenTransaction.BeginAsync(database))
            await session.ScalarAsync<string>("select post_queue_claim($1, 10, 900)::text", Guid.CreateVersion7());

        Assert.Single(await database.ClaimAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task Taken_off_and_set_again_a_limit_gives_no_post_more()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 30);
        await database.LimitAsync("girlfanz", 1);
        Assert.Single(await database.ClaimAsync(Guid.CreateVersion7(), 1000), item => item!.Text("target_platform") == "girlfanz");

        await database.LimitAsync("girlfanz", null);
        await database.LimitAsync("girlfanz", 1);

        Assert.Empty(await database.ClaimAsync(Guid.CreateVersion7(), 1000));
    }
}

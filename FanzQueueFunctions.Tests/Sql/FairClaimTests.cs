using CsCheck;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a claim takes where creators take turns.</summary>
public sealed class FairClaimTests(PostgresFixture postgres)
{
    [Fact]
    public async Task One_creators_10000_items_let_50_others_through_in_the_next_six_batches_of_10()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddCreatorsAsync(database, 1, items: 10_000, age: "1 hour");
        await AddCreatorsAsync(database, 50, items: 1, age: "1 minute");

        List<string?> creators = [];
        for (var batch = 0; batch < 6; batch++)
            creators.AddRange((await ClaimAsync(database, 10)).Select(item => item.Creator));

        Assert.Equal(51, creators.Distinct().Count());
        Assert.Equal(60, creators.Count);
    }

    [Fact]
    public async Task Within_a_batch_creators_take_turns_each_with_the_oldest_due_first()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddCreatorsAsync(database, 3, items: 10, age: "1 hour");

        var batch = await ClaimAsync(database, 8);

        Assert.Equal([2, 3, 3], batch.GroupBy(item => item.Creator).Select(items => items.Count()).Order());
        Assert.All(batch.GroupBy(item => item.Creator), items => Assert.True(items.All(item => item.Place <= items.Count())));
    }

    [Fact]
    public async Task A_scheduled_item_counts_from_when_it_came_due()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var waiting = await database.AddItemAsync(original, with: "queued_at = now() - interval '2 hours'");
        await database.AddItemAsync(
            original, with: "queued_at = now() - interval '9 hours', scheduled_for = now() - interval '1 hour'");
        await database.AddItemAsync(
            original, with: "queued_at = now() - interval '9 hours', scheduled_for = now() + interval '1 hour'");

        var items = await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 1, fair: true);

        Assert.Equal(waiting, Assert.Single(items)!.Id());
    }

    [Fact]
    public async Task A_thousand_creators_with_items_for_later_alone_keep_nobody_waiting()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddCreatorsAsync(database, 3000, items: 1, age: "-1 hour");
        await AddCreatorsAsync(database, 2, items: 10, age: "1 hour");

        Assert.Equal(10, (await ClaimAsync(database, 10)).Count);
    }

    /// <summary>
    /// With c creators and batches of b, an item with n older ones of its creator is taken within (n + 1) turns of all
    /// creators: (n + 1) · (c / b + 1) batches, whatever the others have queued.
    /// </summary>
    [Fact]
    public async Task Nobody_starves()
    {
        await Gen.Select(Gen.Int[1, 40].Array[1, 12], Gen.Int[1, 15]).SampleAsync(
            async (itemsOfCreators, batchSize) =>
            {
                await using var database = await postgres.CreateDatabaseAsync();
                foreach (var items in itemsOfCreators)
                    await AddCreatorsAsync(database, 1, items, age: "1 hour");

                var left = itemsOfCreators.Sum();
                for (var batch = 1; left > 0; batch++)
                {
                    var taken = await ClaimAsync(database, batchSize);
                    Assert.Equal(Math.Min(left, batchSize), taken.Count);
                    left -= taken.Count;
                    Assert.All(
                        taken,
                        item => Assert.InRange(batch, 1, item.Place * (itemsOfCreators.Length / batchSize + 1)));
                }
            },
            iter: 25, threads: 1);
    }

    private sealed record Taken(string? Creator, int Place);

    private static async Task<List<Taken>> ClaimAsync(TestDatabase database, int batchSize)
    {
        var items = await database.ClaimAsync(Guid.CreateVersion7(), batchSize, fair: true);
        return [.. items.Select(item => new Taken(item!.Text("creator_id"), int.Parse(item!.Text("modified_title")!, null)))];
    }

    /// <summary>Their items are numbered from 1, the oldest, in their titles.</summary>
    private static Task<int> AddCreatorsAsync(TestDatabase database, int creators, int items, string age) =>
        database.ExecuteAsync(
            $"""
            with creator as (
              insert into creators (creator_name) select 'A creator' from generate_series(1, {creators}) returning id
            ),
            post as (
              insert into content_posts (id, creator_id, cluster, title, content_type, status)
              select gen_random_uuid(), id, 'boyfanz', 'An original', 'video', 'published' from creator
              returning id, creator_id
            )
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at, modified_title)
            select id, creator_id, 'girlfanz', now() - interval '{age}' + n * interval '1 millisecond', n
            from post cross join generate_series(1, {items}) as n
            """);
}

using System.Collections.Concurrent;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Many runs at once on one queue.</summary>
public sealed class ConcurrencyTests(PostgresFixture postgres)
{
    private const int Sessions = 8;
    private const int Items = 2000;

    [Fact]
    public async Task Eight_sessions_claim_every_item_once_and_leave_none()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), Items);
        var claimed = new ConcurrentBag<Guid>();

        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(async _ =>
        {
            while (await database.ClaimAsync(Guid.CreateVersion7(), batchSize: 50) is { Count: > 0 } items)
            {
                foreach (var item in items)
                    claimed.Add(item!.Id());
            }
        }));

        Assert.Equal(Items, claimed.Count);
        Assert.Equal(Items, claimed.Distinct().Count());
        Assert.Equal(Items, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
    }

    [Fact]
    public async Task Eight_sessions_claim_and_settle_every_item_to_one_post_and_one_history_row()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), Items);

        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(async _ =>
        {
            for (var claimId = Guid.CreateVersion7(); ; claimId = Guid.CreateVersion7())
            {
                var items = await database.ClaimAsync(claimId, batchSize: 50);
                if (items.Count == 0)
                    return;
                // A claim that ran beside ours may hold our rows for the moment until it commits: it saw them still queued
                // and found them taken. Such items are unsettled, and settled by trying again.
                while (items.Count > 0)
                {
                    var results = await database.SettleAsync(
                        claimId, [.. items.Select(item => Post(item!.Id(), item!.Text("target_platform")!))]);
                    Assert.All(results, result => Assert.Contains(result!.Outcome(), (string[])["posted", "unsettled"]));
                    items = await database.ClaimAsync(claimId, batchSize: 50);
                }
            }
        }));

        Assert.Equal(
            Items,
            await database.CountAsync(
                """
                multiplatform_post_queue q
                join content_posts p on p.id = q.target_post_id and p.queue_item_id = q.id
                where q.status = 'posted'
                """));
        Assert.Equal(Items, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(
            Items,
            await database.ScalarAsync<long>(
                "select count(distinct target_post_id) from multiplatform_post_history having count(*) = $1", Items));
    }
}

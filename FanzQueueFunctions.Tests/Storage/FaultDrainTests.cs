using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Processing;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Tests.Storage;

public sealed class FaultDrainTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Seed = 20261123;

    [Fact]
    public async Task With_faults_in_a_third_of_all_calls_2000_items_are_posted_once_each()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 2000);
        await using var test = await StoreUnderTest.RestAsync(database);
        var faults = test.StandIn!.Faults;
        var soon = TimeSpan.FromMilliseconds(50);
        Fault[] kinds =
        [
            new(FaultKind.DropBefore), new(FaultKind.DropAfter), new(FaultKind.DelayBefore, soon),
            new(FaultKind.DelayAfter, soon), new(FaultKind.Cut), new(FaultKind.Corrupt), new(FaultKind.Duplicate),
            new(FaultKind.DuplicateAtOnce), new(FaultKind.GatewayError, Status: 502),
            new(FaultKind.GatewayError, Status: 503), new(FaultKind.GatewayError, Status: 504),
        ];
        faults.Decide = Faults.AtRandom(Seed, 1 / 3.0, kinds);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var processor = Processors.Over(
            test.Store, services, new() { BatchSize = 20, MaxBatchesPerFiring = 1000 });

        await Until.TrueAsync(
            async () =>
            {
                await processor.ProcessDueItemsAsync();
                return await database.ScalarAsync<bool>(
                    "select not exists (select from multiplatform_post_queue where status in ('queued', 'processing'))");
            },
            "the queue is empty",
            seconds: 120);

        var perItem = await database.RowsAsync(
            """
            select q.status::text, posts, histories, count(*)
            from multiplatform_post_queue q
            cross join lateral (select count(*) as posts from content_posts p where p.queue_item_id = q.id) as made
            cross join lateral (
              select count(*) as histories from multiplatform_post_history h where h.target_post_id = q.target_post_id
            ) as recorded
            group by 1, 2, 3
            """);
        Assert.Equal([["posted", 1L, 1L, 2000L]], perItem);
        Assert.All(kinds, fault => Assert.NotEqual(0, faults.Count(fault.Kind)));
        output.WriteLine(
            $"Seed {Seed}: {faults.Count(FaultKind.None)} calls without a fault, " +
            string.Join(", ", kinds.Select(fault => fault.Kind).Distinct().Select(kind => $"{kind} {faults.Count(kind)}")));
    }
}

using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>1, 2, 4 and 8 workers on one database: items a second, and no item posted twice.</summary>
internal static class ScaleOut
{
    private const int BatchSize = 100;
    private static readonly int[] Workers = [1, 2, 4, 8];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var rows = await bench.Server.PrepareAsync(database => Fill.DueWithPostsAsync(database, bench.Size.Items));
        var samples = Workers.ToDictionary(workers => workers, _ => new List<double>());
        for (var round = 1; round <= bench.Size.Rounds; round++)
        {
            foreach (var workers in Workers)
            {
                bench.Progress.Say($"scale-out: {workers} workers, round {round} of {bench.Size.Rounds}");
                samples[workers].Add(await DrainAsync(bench, rows, workers));
            }
        }

        await bench.Server.DropAsync(rows);
        return
        [
            .. Workers.Select(workers => new Figure
            {
                Section = $"Scale-out, {BatchSize} a batch, direct; every item posted once",
                Name = workers == 1 ? "1 worker" : $"{workers} workers",
                Value = samples[workers].Median(),
                Unit = "items/s",
                ComparedWith = workers == 1 ? null : "1 worker",
                Ratio = workers == 1 ? null : Statistics.MedianRatio(samples[workers], samples[1]),
                Samples = samples[workers],
            }),
        ];
    }

    private static async Task<double> DrainAsync(Bench bench, string rows, int workers)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        AppMover[] movers =
        [
            .. Enumerable.Range(0, workers)
                .Select(_ => AppMover.Start(BatchSize, ("DATABASE_URL", bench.Server.ConnectionString))),
        ];
        var drain = await Drain.RunAsync(movers, unmeasuredBatches: 3);
        foreach (var mover in movers)
            await mover.DisposeAsync();
        await CheckAsync(database, bench.Size.Items);
        return drain.ItemsPerSecond;
    }

    /// <exception cref="InvalidOperationException">An item was posted twice, or not at all.</exception>
    private static async Task CheckAsync(TestDatabase database, int items)
    {
        var counts = await database.RowsAsync(
            """
            select
              (select count(*) from multiplatform_post_queue where status = 'posted'),
              (select count(*) from content_posts where is_crosspost),
              (select count(distinct queue_item_id) from content_posts where is_crosspost),
              (select count(*) from multiplatform_post_history),
              (select count(distinct target_post_id) from multiplatform_post_history)
            """);
        if (counts[0].Any(count => (long)count! != items))
            throw new InvalidOperationException(
                $"{items} items gave, as items posted, posts, their items, history, its posts: {string.Join(", ", counts[0])}.");
    }
}

using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// The same drain with one item in a hundred that the database refuses (a check constraint on the posts, as any table
/// may have), each of which must fail alone. Goal: within 1.3 of a clean drain.
/// </summary>
internal static class CostOfCare
{
    private const string Bad = "update multiplatform_post_queue set modified_title = 'refused' where id in " +
        "(select id from (select id, row_number() over (order by queued_at) as n from multiplatform_post_queue) as i where n % 100 = 50)";

    private static readonly int[] BatchSizes = [10, 100, 500];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        List<Figure> figures = [];
        var items = bench.Size.Items;
        var clean = await bench.Server.PrepareAsync(async database =>
        {
            await Fill.DueWithPostsAsync(database, items);
            await database.ExecuteAsync("alter table content_posts add constraint bench_title check (title <> 'refused')");
        });
        var bad = await bench.Server.PrepareAsync(async database => await database.ExecuteAsync(Bad), clean);

        foreach (var batchSize in BatchSizes)
        {
            List<double> without = [];
            List<double> with = [];
            for (var round = 1; round <= bench.Size.Rounds; round++)
            {
                bench.Progress.Say($"cost of care: {batchSize} a batch, round {round} of {bench.Size.Rounds}");
                without.Add(await DrainAsync(bench, clean, batchSize, expectedToFail: 0));
                with.Add(await DrainAsync(bench, bad, batchSize, expectedToFail: items / 100));
            }

            var ratio = Statistics.MedianRatio(with, without);
            figures.Add(Of($"clean, {batchSize} a batch", without));
            figures.Add(Of($"1 % bad rows, {batchSize} a batch", with) with
            {
                ComparedWith = "clean",
                Ratio = ratio,
                Goal = "1.3",
                GoalMet = ratio <= 1.3,
            });
        }

        await bench.Server.DropAsync(clean);
        await bench.Server.DropAsync(bad);
        return figures;
    }

    private static Figure Of(string name, List<double> samples) => new()
    {
        Section = "Cost of care, time an item, direct",
        Name = name,
        Value = samples.Median(),
        Unit = "µs",
        Samples = samples,
    };

    /// <returns>Microseconds an item.</returns>
    private static async Task<double> DrainAsync(Bench bench, string rows, int batchSize, int expectedToFail)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        await using var mover = AppMover.Start(batchSize, ("DATABASE_URL", bench.Server.ConnectionString));
        var drain = await Drain.RunAsync([mover], unmeasuredBatches: 3);

        var failed = await database.ScalarAsync<long>("select count(*) from multiplatform_post_queue where status = 'failed'");
        var posted = await database.ScalarAsync<long>("select count(*) from multiplatform_post_queue where status = 'posted'");
        if (failed != expectedToFail || posted != bench.Size.Items - expectedToFail)
            throw new InvalidOperationException($"{posted} items were posted and {failed} failed.");
        return drain.Time.TotalMicroseconds / drain.Items;
    }
}

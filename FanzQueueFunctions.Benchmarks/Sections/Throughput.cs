using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// Items a second of the whole path (claim, compose, settle), beside the same rows moved by plain SQL in the same batch
/// sizes. Goals, from 100 a batch up: with one worker 0.85 of the limit in two phases; with two, ahead of the best general
/// queue.
/// </summary>
internal static class Throughput
{
    private const string TwoPhases = "plain SQL in two phases";
    private const string OneStatement = "plain SQL in one statement";
    private const string Direct = "app, direct";
    private const string Rest = "app, REST";

    /// <summary>Items a second, on two cores of another machine.</summary>
    private const int BestGeneralQueue = 16_500;

    private static readonly string[] Ways = [TwoPhases, Direct, Rest, OneStatement];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        List<Figure> figures = [];
        var rows = await bench.Server.PrepareAsync(database => Fill.DueWithPostsAsync(database, 3_000));
        // The stand-in reads the functions as it starts: without a database it would wait, longer and longer.
        await (await bench.Server.ResetAsync(rows)).DisposeAsync();
        await using var standIn = await StandInProcess.StartAsync(bench.Server.ConnectionString);
        await WarmUpAsync(bench, standIn, rows);
        await bench.Server.DropAsync(rows);
        foreach (var batchSize in bench.Size.BatchSizes)
        {
            rows = await bench.Server.PrepareAsync(
                database => Fill.DueWithPostsAsync(database, bench.Size.ItemsAt(batchSize)));
            foreach (var movers in (int[])[1, 2])
                figures.AddRange(await MeasureAsync(bench, standIn, rows, batchSize, movers));
            await bench.Server.DropAsync(rows);
        }

        return figures;
    }

    /// <summary>Lets the compiler see each way often enough to be done with it.</summary>
    private static async Task WarmUpAsync(Bench bench, StandInProcess standIn, string rows)
    {
        bench.Progress.Say("throughput: warming up");
        for (var pass = 1; pass <= 3; pass++)
        {
            foreach (var way in Ways)
                await DrainAsync(bench, standIn, rows, way, batchSize: 10, movers: 1);
        }
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(
        Bench bench, StandInProcess standIn, string rows, int batchSize, int movers)
    {
        var samples = Ways.ToDictionary(way => way, _ => new List<double>());
        for (var round = 1; round <= bench.Size.Rounds; round++)
        {
            foreach (var way in Ways)
            {
                bench.Progress.Say($"throughput: {Named(way, batchSize, movers)}, round {round} of {bench.Size.Rounds}");
                samples[way].Add((await DrainAsync(bench, standIn, rows, way, batchSize, movers)).ItemsPerSecond);
            }
        }

        return Ways.Select(way =>
        {
            var ratio = Statistics.MedianRatio(samples[way], samples[TwoPhases]);
            var value = samples[way].Median();
            (string Goal, bool Met)? goal = (way, movers) switch
            {
                (TwoPhases or OneStatement, _) => null,
                _ when batchSize < 100 => null,
                (_, 1) => ("0.85", ratio >= 0.85),
                _ => ($"{BestGeneralQueue:N0}", value > BestGeneralQueue),
            };
            return new Figure
            {
                Section = "Throughput",
                Name = Named(way, batchSize, movers),
                Value = value,
                Unit = "items/s",
                ComparedWith = way == TwoPhases ? null : "two phases",
                Ratio = way == TwoPhases ? null : ratio,
                Goal = goal?.Goal,
                GoalMet = goal?.Met,
                Samples = samples[way],
            };
        });
    }

    private static async Task<Drain> DrainAsync(
        Bench bench, StandInProcess standIn, string rows, string way, int batchSize, int movers)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        List<IMover> all = [];
        try
        {
            for (var i = 0; i < movers; i++)
                all.Add(way switch
                {
                    TwoPhases => await PlainSql.TwoPhasesAsync(bench.Server.ConnectionString, batchSize),
                    OneStatement => await PlainSql.OneStatementAsync(bench.Server.ConnectionString, batchSize),
                    Rest => AppMover.Start(batchSize, standIn.Settings),
                    _ => AppMover.Start(batchSize, ("DATABASE_URL", bench.Server.ConnectionString)),
                });
            return await Drain.RunAsync(all, unmeasuredBatches: bench.Size.ItemsAt(batchSize) / batchSize / 10 / movers);
        }
        finally
        {
            foreach (var mover in all)
                await mover.DisposeAsync();
        }
    }

    private static string Named(string way, int batchSize, int movers) =>
        $"{way}, {batchSize} a batch, {(movers == 1 ? "one" : "two")} at once";
}

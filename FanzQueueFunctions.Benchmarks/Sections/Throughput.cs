using System.Globalization;
using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// Items a second of the whole path (claim, decide, settle), beside the same rows moved by one SQL statement a batch, the most that
/// the machine does; and what an item costs: processor time of the worker and of PostgreSQL, and log. Goals with one worker: 0.6 of
/// the limit at 10 a batch, 0.65 above; over REST 0.85 of direct from 100 a batch up; PostgreSQL 1.9 times the limit's time.
/// </summary>
internal static class Throughput
{
    private const string OneStatement = "one SQL statement";
    private const string Direct = "app, direct";
    private const string Rest = "app, REST";

    private static readonly string[] Ways = [OneStatement, Direct, Rest];

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
        var drains = Ways.ToDictionary(way => way, _ => new List<Drain>());
        for (var round = 1; round <= bench.Size.Rounds; round++)
        {
            foreach (var way in Ways)
            {
                bench.Progress.Say($"throughput: {Named(way, batchSize, movers)}, round {round} of {bench.Size.Rounds}");
                drains[way].Add(await DrainAsync(bench, standIn, rows, way, batchSize, movers));
            }
        }

        return [
            .. Ways.Select(way => Of(way, "items/s", drain => drain.ItemsPerSecond, (way, movers, batchSize) switch
            {
                (Direct, 1, < 100) => 0.6,
                (Direct, 1, _) => 0.65,
                _ => null,
            })),
            .. batchSize < 100 ? (Figure[])[] : [Of(Rest, "items/s of direct", drain => drain.ItemsPerSecond, 0.85, Direct)],
            .. Ways.Select(way => Of(
                way, "µs of PostgreSQL an item", drain => drain.Server!.Processor.TotalMicroseconds / drain.Items,
                way == Direct && movers == 1 ? 1.9 : null, isCost: true)),
            .. Ways.Skip(1).Select(way => Of(way, "µs of the worker an item", drain => drain.MicrosecondsAnItem)),
            .. Ways.Select(way => Of(way, "bytes of WAL an item", drain => drain.Server!.WalBytes / (double)drain.Items)),
        ];

        Figure Of(
            string way, string unit, Func<Drain, double> value, double? goal = null, string limit = OneStatement, bool isCost = false)
        {
            var samples = drains[way].ConvertAll(drain => value(drain));
            double? ratio = way == limit ? null : Statistics.MedianRatio(samples, drains[limit].ConvertAll(drain => value(drain)));
            return new()
            {
                Section = "Throughput",
                Name = Named(way, batchSize, movers),
                Value = samples.Median(),
                Unit = unit,
                ComparedWith = ratio is null ? null : limit,
                Ratio = ratio,
                Goal = goal?.ToString(CultureInfo.InvariantCulture),
                GoalMet = goal is null ? null : isCost ? ratio <= goal : ratio >= goal,
                Samples = samples,
            };
        }
    }

    private static async Task<Drain> DrainAsync(
        Bench bench, StandInProcess standIn, string rows, string way, int batchSize, int movers)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        await using var administration = bench.Server.OpenAdministration();
        List<IMover> all = [];
        try
        {
            for (var i = 0; i < movers; i++)
                all.Add(way switch
                {
                    OneStatement => await PlainSql.OpenAsync(bench.Server.ConnectionString, batchSize),
                    Rest => AppMover.Start(batchSize, standIn.Settings),
                    _ => AppMover.Start(batchSize, ("DATABASE_URL", bench.Server.ConnectionString)),
                });
            return await Drain.RunAsync(all, bench.Size.ItemsAt(batchSize) / batchSize / 10 / movers, administration);
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

using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// How long a claim and a settle take, as the app sees it, while the queue grows. The databases are measured by turns, a
/// batch each, and refilled in between. Goal: p50 at the longest within 1.25 of the shortest.
/// </summary>
internal static class Latency
{
    private const int BatchSize = 100;
    private const int UnmeasuredBatches = 20;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var size = bench.Size;
        List<(string Name, string Database)> queues = [];
        string? last = null;
        foreach (var due in size.DueItems)
            await AddAsync($"{due:N0} due", database => Fill.DueAsync(database, due), from: null);
        await AddAsync(
            $"and {size.ScheduledItems:N0} for later", database => Fill.ScheduledAsync(database, size.ScheduledItems), last);
        await AddAsync(
            $"and {size.PostedItems:N0} posted", database => Fill.PostedAsync(database, size.PostedItems), last);

        async Task AddAsync(string name, Func<TestDatabase, Task> fill, string? from)
        {
            bench.Progress.Say($"latency: filling a queue: {name}");
            last = await bench.Server.PrepareAsync(
                async database =>
                {
                    if (from is null)
                        await Fill.PostsAsync(database, 10_000);
                    await fill(database);
                },
                from);
            queues.Add((name, last));
        }

        var opened = queues.Select(queue => bench.Server.Open(queue.Database)).ToArray();
        var movers = opened.Select(database => AppMover.Start(BatchSize, ("DATABASE_URL", database.ConnectionString))).ToArray();
        for (var batch = 0; batch < UnmeasuredBatches + size.LatencyBatches; batch++)
        {
            if (batch % 10 == 0)
                bench.Progress.Say($"latency: batch {batch} of {size.LatencyBatches} on each queue");
            foreach (var (database, mover) in opened.Zip(movers))
            {
                if (batch == UnmeasuredBatches)
                {
                    mover.Calls.Claims.Clear();
                    mover.Calls.Settles.Clear();
                }

                await mover.MoveAsync(batches: 1);
                await Fill.RefillAsync(database, BatchSize);
            }
        }

        bench.Plans.AddRange(await Plans.OfOneBatchAsync(opened[^1], BatchSize));
        List<Figure> figures =
        [
            .. Figures("claim", mover => mover.Calls.Claims),
            .. Figures("settle", mover => mover.Calls.Settles),
        ];
        foreach (var (database, mover) in opened.Zip(movers))
        {
            await mover.DisposeAsync();
            await database.DisposeAsync();
        }

        foreach (var (_, database) in queues)
            await bench.Server.DropAsync(database);
        return figures;

        IEnumerable<Figure> Figures(string call, Func<AppMover, List<double>> samplesOf)
        {
            var shortest = samplesOf(movers[0]).Median();
            foreach (var ((name, _), mover) in queues.Zip(movers))
            {
                var samples = samplesOf(mover);
                var ratio = samples.Median() / shortest;
                var isLast = mover == movers[^1];
                var section = $"Latency of the {call}, {BatchSize} a batch, direct";
                yield return new()
                {
                    Section = section,
                    Name = $"{name}, p50",
                    Value = samples.Median(),
                    Unit = "ms",
                    ComparedWith = mover == movers[0] ? null : queues[0].Name,
                    Ratio = mover == movers[0] ? null : ratio,
                    Goal = isLast ? "1.25" : null,
                    GoalMet = isLast ? ratio <= 1.25 : null,
                };
                yield return new() { Section = section, Name = $"{name}, p99", Value = samples.Percentile(99), Unit = "ms" };
            }
        }
    }
}

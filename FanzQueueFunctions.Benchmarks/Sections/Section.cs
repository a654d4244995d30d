using FanzQueueFunctions.Benchmarks.Results;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>One part of the benchmark that can be run by itself.</summary>
/// <param name="Name">What <c>--only</c> calls it.</param>
/// <param name="MeasureAsync">Measures it.</param>
/// <param name="OnlyWhenNamed">Whether a run that names no section leaves it out.</param>
internal sealed record Section(
    string Name, Func<Bench, Task<IReadOnlyList<Figure>>> MeasureAsync, bool OnlyWhenNamed = false)
{
    public static IReadOnlyList<Section> All { get; } =
    [
        new("throughput", Throughput.MeasureAsync),
        new("scale", ScaleOut.MeasureAsync),
        new("care", CostOfCare.MeasureAsync),
        new("latency", Latency.MeasureAsync),
        new("enqueue", Enqueue.MeasureAsync),
        new("process", AppFigures.MeasureAsync),
        new("control", Control.MeasureAsync),
        new("upkeep", Upkeep.MeasureAsync, OnlyWhenNamed: true),
        new("operator", OperatorQuestions.MeasureAsync, OnlyWhenNamed: true),
        new("prune", DrainBesidePrune.MeasureAsync, OnlyWhenNamed: true),
        new("migrations", PushedMigrations.MeasureAsync, OnlyWhenNamed: true),
    ];
}

using FanzQueueFunctions.Benchmarks.Results;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>One part of the benchmark that can be run by itself.</summary>
internal sealed record Section(string Name, Func<Bench, Task<IReadOnlyList<Figure>>> MeasureAsync)
{
    public static IReadOnlyList<Section> All { get; } =
    [
        new("throughput", Throughput.MeasureAsync),
        new("scale", ScaleOut.MeasureAsync),
        new("care", CostOfCare.MeasureAsync),
        new("latency", Latency.MeasureAsync),
        new("process", AppFigures.MeasureAsync),
    ];
}

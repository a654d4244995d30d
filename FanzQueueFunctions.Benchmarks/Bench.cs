namespace FanzQueueFunctions.Benchmarks;

/// <summary>What a section of the benchmark has at hand.</summary>
internal sealed record Bench(BenchServer Server, BenchSize Size, Progress Progress, CancellationToken Interrupted)
{
    /// <summary>To be kept with the figures: <see cref="Results.ResultFile.Plans"/>.</summary>
    public List<string> Plans { get; } = [];
}

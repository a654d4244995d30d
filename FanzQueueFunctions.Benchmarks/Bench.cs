namespace FanzQueueFunctions.Benchmarks;

/// <summary>What a section of the benchmark has at hand.</summary>
internal sealed record Bench(BenchServer Server, BenchSize Size, Progress Progress);

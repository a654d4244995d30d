namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>
/// The sections of the benchmark that nobody runs without naming them, on a handful of rows: the schema under them changes, and
/// what they would say is asked for in a hurry.
/// </summary>
public sealed class BenchmarkTests
{
    [Fact]
    public Task The_prune_and_the_migrations_can_be_measured() =>
        BuiltProgram.SucceedsAsync("FanzQueueFunctions.Benchmarks", "--trial", "--only", "prune,migrations");
}

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The chaos program for a short while, alone: its storm and the other tests' waits would not bear each other.</summary>
[Collection("Alone")]
public sealed class ChaosTests
{
    [Fact]
    public Task Nothing_is_lost_and_nothing_happens_twice_in_a_short_storm()
    {
        // Set by ./dev test --standalone.
        string[] without = Environment.GetEnvironmentVariable("STANDALONE_ONLY") is { Length: > 0 } ? ["--standalone"] : [];
        return BuiltProgram.SucceedsAsync("FanzQueueFunctions.Chaos", ["--seconds", "20", "--seed", "1", .. without]);
    }
}

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;

using System.Diagnostics;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The chaos program for a short while, alone: its storm and the other tests' waits would not bear each other.</summary>
[Collection("Alone")]
public sealed class ChaosTests
{
    [Fact]
    public async Task Nothing_is_lost_and_nothing_happens_twice_in_a_short_storm()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var program = Path.Combine(
            RepositoryFolder.Path, "FanzQueueFunctions.Chaos", "bin", configuration, "net10.0", "FanzQueueFunctions.Chaos.dll");
        // Set by ./dev test --standalone.
        string[] without = Environment.GetEnvironmentVariable("STANDALONE_ONLY") is { Length: > 0 } ? ["--standalone"] : [];
        using var chaos = Process.Start(new ProcessStartInfo("dotnet", [program, "--seconds", "20", "--seed", "1", .. without])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        try
        {
            var error = chaos.StandardError.ReadToEndAsync(deadline.Token);
            var output = await chaos.StandardOutput.ReadToEndAsync(deadline.Token);
            await chaos.WaitForExitAsync(deadline.Token);
            Assert.True(chaos.ExitCode == 0, output + await error);
        }
        finally
        {
            if (!chaos.HasExited)
                chaos.Kill(entireProcessTree: true);
        }
    }
}

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;

using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The Functions app under the stand-in for the Functions host.</summary>
internal static class AzureApp
{
    private static readonly string[] Schedules = ["PROCESS_QUEUE_SCHEDULE", "HEALTH_SCHEDULE", "PRUNE_SCHEDULE"];

    /// <summary>Starts it with timers that fire only when a test says so, and deaf to the database, which would wake it.</summary>
    /// <param name="settings">Its settings; where they say otherwise, they count.</param>
    public static Task<FunctionsHostStandIn> StartAsync(params (string Name, string? Value)[] settings) =>
        FunctionsHostStandIn.StartAsync([
            .. Schedules.Except(settings.Select(setting => setting.Name)).Select(name => (name, (string?)"0 0 0 29 2 *")),
            ("Queue__Wake", "false"),
            .. settings,
        ]);

    /// <summary>What it has shown, but for the banner, which comes by another way and may come late.</summary>
    public static IReadOnlyList<string> LinesOfRuns(this FunctionsHostStandIn app) =>
        [.. app.Lines.Where(line => !line.Contains("StartupBanner", StringComparison.Ordinal))];
}

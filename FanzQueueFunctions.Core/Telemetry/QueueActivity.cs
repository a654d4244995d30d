using System.Diagnostics;

namespace FanzQueueFunctions.Telemetry;

/// <summary>The source of the app's traces: two activities a batch, its claim and its settle.</summary>
public static class QueueActivity
{
    public const string SourceName = "FanzQueueFunctions";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>Keeps an activity from being exported: an empty poll every ten seconds tells nobody anything.</summary>
    public static void Forget(this Activity activity) => activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
}

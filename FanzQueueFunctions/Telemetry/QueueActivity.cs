using System.Diagnostics;

namespace FanzQueueFunctions.Telemetry;

/// <summary>The source of the app's traces: one activity a batch, and one a call to the store inside it.</summary>
public static class QueueActivity
{
    public const string SourceName = "FanzQueueFunctions";

    public static readonly ActivitySource Source = new(SourceName);
}

using System.Diagnostics;
using OpenTelemetry;

namespace FanzQueueFunctions.Telemetry;

/// <summary>
/// Lets through the app's own activities, and of what libraries trace (each call of a function, each request to another server)
/// the failures alone: an empty poll every ten seconds and an open console would be most of what is sent and paid for.
/// </summary>
internal sealed class OwnOrFailed : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.Source.Name != QueueActivity.SourceName && data.Status != ActivityStatusCode.Error)
            data.Forget();
    }
}

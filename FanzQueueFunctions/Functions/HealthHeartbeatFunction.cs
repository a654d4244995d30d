using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Reports the queue's health on the schedule <c>HEALTH_SCHEDULE</c>.</summary>
public sealed class HealthHeartbeatFunction(IQueueProcessor processor)
{
    // Without a monitor the timer runs without storage; a missed heartbeat is not worth making up for.
    [Function("HealthHeartbeat")]
    public Task RunAsync(
        [TimerTrigger("%HEALTH_SCHEDULE%", UseMonitor = false)] TimerInfo timer,
        CancellationToken cancellationToken) => processor.ReportHealthAsync(cancellationToken);
}

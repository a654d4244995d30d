using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Reports the queue's health on the schedule <c>HEALTH_SCHEDULE</c>, and rolls up the figures that the operator sees.</summary>
public sealed class HealthHeartbeatFunction(IQueueProcessor processor, IQueueOperations operations)
{
    // Without a monitor the timer runs without storage; a missed heartbeat is not worth making up for.
    [Function("HealthHeartbeat")]
    public async Task RunAsync(
        [TimerTrigger("%HEALTH_SCHEDULE%", UseMonitor = false)] TimerInfo timer,
        CancellationToken cancellationToken)
    {
        await processor.ReportHealthAsync(cancellationToken);
        await operations.RollUpFiguresAsync(cancellationToken);
    }
}

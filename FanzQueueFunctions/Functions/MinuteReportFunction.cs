using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Writes down each minute how this worker is, and rolls up the figures that the operator sees.</summary>
public sealed class MinuteReportFunction(MinuteReport report)
{
    // A firing that was missed is made up for by the next one: the schedule needs no memory.
    [Function("MinuteReport")]
    public Task RunAsync(
        [TimerTrigger(Schedules.MinuteReportText, UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        report.WriteAsync(cancellationToken);
}

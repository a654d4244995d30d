using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Processes due items on the schedule <c>PROCESS_QUEUE_SCHEDULE</c>.</summary>
public sealed class ProcessQueueFunction(IQueueProcessor processor)
{
    // A firing that was missed is made up for by the next one: the schedule needs no memory.
    [Function("ProcessQueue")]
    public Task RunAsync(
        [TimerTrigger("%PROCESS_QUEUE_SCHEDULE%", UseMonitor = false)] TimerInfo timer,
        CancellationToken cancellationToken) =>
        processor.ProcessDueItemsAsync(cancellationToken);
}

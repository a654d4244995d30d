using FanzQueueFunctions.Operations;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>
/// Deletes, on the schedule <c>PRUNE_SCHEDULE</c>, what the settings <c>Queue__Keep…Days</c> do not keep: nothing where none
/// is set.
/// </summary>
public sealed class PruneFunction(Retention retention)
{
    // A firing that was missed is made up for by the next one: the schedule needs no memory.
    [Function("Prune")]
    public Task RunAsync(
        [TimerTrigger("%PRUNE_SCHEDULE%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        retention.PruneAsync(cancellationToken);
}

using FanzQueueFunctions.Operations;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Deletes, once an hour, what the settings <c>Queue__Keep…Days</c> do not keep: nothing where none is set.</summary>
public sealed class PruneFunction(Retention retention)
{
    // A firing that was missed is made up for by the next one: the schedule needs no memory.
    [Function("Prune")]
    public Task RunAsync(
        [TimerTrigger("0 30 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        retention.PruneAsync(cancellationToken);
}

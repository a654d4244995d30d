using System.Runtime.CompilerServices;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>A change goes portion by portion, each a transaction of its own.</summary>
internal static class ChangePortions
{
    /// <summary>Does one portion after the other until the change is finished or belongs to another order.</summary>
    /// <param name="cancellationToken">Gives up the portion in hand.</param>
    /// <returns>After each portion, the change as it stands; whoever reads no further begins no other.</returns>
    /// <exception cref="QueueStoreException">The store did not do it.</exception>
    public static async IAsyncEnumerable<Change> ChangeInPortionsAsync(
        this IOperationStore store, ChangeOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Change change;
        var portions = 0;
        do
        {
            change = await store.ChangeAsync(order, portions + 1, cancellationToken);
            portions = change.Portions;
            yield return change;
        }
        while (!change.Finished && !change.Conflict);
    }
}

using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>A change goes portion by portion, each a transaction of its own.</summary>
internal static class ChangePortions
{
    /// <summary>Does one portion, and more until the change is finished or may not go on.</summary>
    /// <param name="mayGoOn">Asked before each portion but the first.</param>
    /// <param name="progress">Told after each portion how far the change has come.</param>
    /// <returns>The change as it stands.</returns>
    /// <exception cref="QueueStoreException">The store did not do it.</exception>
    public static async Task<Change> ChangeInPortionsAsync(
        this IOperationStore store,
        ChangeOrder order,
        Func<bool> mayGoOn,
        IProgress<Change>? progress,
        CancellationToken cancellationToken)
    {
        Change change;
        var portions = 0;
        do
        {
            change = await store.ChangeAsync(order, portions + 1, cancellationToken);
            portions = change.Portions;
            progress?.Report(change);
        }
        while (!change.Finished && !change.Conflict && mayGoOn());
        return change;
    }
}

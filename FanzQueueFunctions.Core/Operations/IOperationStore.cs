using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>The operator's side of the database. As with <see cref="IQueueStore"/>, each method is one round trip and may be repeated.</summary>
/// <exception cref="QueueStoreException">Every method; its code begins with 22 where a value was not understood.</exception>
public interface IOperationStore
{
    Task<QueueOverview> ReadOverviewAsync(TimeSpan stuckAfter, CancellationToken cancellationToken);

    Task<QueueSeries> ReadSeriesAsync(SeriesRange range, string? platform, CancellationToken cancellationToken);

    Task<ItemPage> ReadItemsAsync(ItemQuery query, CancellationToken cancellationToken);

    Task<ItemStory?> ReadItemAsync(Guid id, CancellationToken cancellationToken);

    Task<FailureCauses> ReadFailuresAsync(DateTimeOffset? since, CancellationToken cancellationToken);

    Task<CreatorsFound> FindCreatorsAsync(string name, CancellationToken cancellationToken);

    Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken);

    /// <summary>Does one portion of a change, or finds that it was done before.</summary>
    /// <param name="portion">From 1.</param>
    Task<Change> ChangeAsync(ChangeOrder order, int portion, CancellationToken cancellationToken);

    /// <summary>Pauses, resumes or limits, or finds that it was done before.</summary>
    Task<QueueControls> ControlAsync(ControlOrder order, CancellationToken cancellationToken);

    /// <summary>Deletes up to 1,000 rows of the history, the oldest first.</summary>
    /// <param name="olderThan">At least a day ago.</param>
    /// <param name="idempotencyKey">Under which it is recorded: one record for all portions with the same key.</param>
    /// <returns>How many it deleted; fewer than 1,000 means that this was the last portion.</returns>
    Task<int> PruneHistoryAsync(
        DateTimeOffset olderThan, string idempotencyKey, string actor, CancellationToken cancellationToken);

    /// <summary>Rolls what happened up into the figures that series and overview are read from.</summary>
    /// <returns>Whether nothing is left to roll up now; else it is to be called again.</returns>
    Task<bool> RollUpAsync(CancellationToken cancellationToken);
}

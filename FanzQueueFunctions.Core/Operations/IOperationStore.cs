using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>The operator's side of the database. As with <see cref="IQueueStore"/>, each method is one round trip and may be repeated.</summary>
/// <exception cref="QueueStoreException">Every method; its code begins with 22 where a value was not understood.</exception>
public interface IOperationStore
{
    /// <summary>The queue at one look.</summary>
    /// <param name="stuckAfter">An item longer in processing than this is stuck.</param>
    Task<QueueOverview> ReadOverviewAsync(TimeSpan stuckAfter, CancellationToken cancellationToken);

    /// <summary>What happened over time.</summary>
    /// <param name="platform">One platform; null for all.</param>
    Task<QueueSeries> ReadSeriesAsync(SeriesRange range, string? platform, CancellationToken cancellationToken);

    /// <summary>The last 24 hours of every platform at once.</summary>
    Task<PlatformSeries> ReadPlatformSeriesAsync(CancellationToken cancellationToken);

    /// <summary>A page of the items that match a filter.</summary>
    Task<ItemPage> ReadItemsAsync(ItemQuery query, CancellationToken cancellationToken);

    /// <summary>One item with all that belongs to it.</summary>
    /// <returns>Null where there is no such item.</returns>
    Task<ItemStory?> ReadItemAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>What an id is the id of.</summary>
    Task<IdFound> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The failed items by cause.</summary>
    /// <param name="since">Only failures from then on; null for all.</param>
    Task<FailureCauses> ReadFailuresAsync(DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>The creators whose name begins with a text, in capitals or not.</summary>
    /// <param name="name">1 to 100 letters.</param>
    Task<CreatorsFound> FindCreatorsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Who changed what.</summary>
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

    /// <summary>The same for the record of changes, and what it keeps of their items.</summary>
    /// <inheritdoc cref="PruneHistoryAsync"/>
    Task<int> PruneChangesAsync(
        DateTimeOffset olderThan, string idempotencyKey, string actor, CancellationToken cancellationToken);

    /// <summary>Does one portion of taking a creator who was deleted out of what the queue itself keeps.</summary>
    /// <param name="after">The <see cref="ErasedPortion.Next"/> of the portion before; null for the first.</param>
    Task<ErasedPortion> EraseCreatorAsync(CreatorErasure order, string? after, CancellationToken cancellationToken);

    /// <summary>Rolls what happened up into the figures that series and overview are read from.</summary>
    /// <returns>Whether nothing is left to roll up now; else it is to be called again.</returns>
    Task<bool> RollUpAsync(CancellationToken cancellationToken);
}

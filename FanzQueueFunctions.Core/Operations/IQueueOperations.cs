using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>What an operator does: look, and change. All of it is safe while workers run, and bounded on any size of table.</summary>
/// <exception cref="QueueStoreException">Every method but the last, where the store did not do it.</exception>
public interface IQueueOperations
{
    /// <summary>The queue at one look.</summary>
    Task<QueueOverview> ReadOverviewAsync(CancellationToken cancellationToken = default);

    /// <summary>What happened over time.</summary>
    /// <param name="platform">One platform; null for all.</param>
    Task<QueueSeries> ReadSeriesAsync(
        SeriesRange range, string? platform, CancellationToken cancellationToken = default);

    /// <summary>A page of the items that match a filter.</summary>
    Task<ItemPage> ReadItemsAsync(ItemQuery query, CancellationToken cancellationToken = default);

    /// <summary>One item with all that belongs to it.</summary>
    /// <returns>Null where there is no such item.</returns>
    Task<ItemStory?> ReadItemAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The failed items by cause.</summary>
    /// <param name="since">Only failures from then on; null for all.</param>
    Task<FailureCauses> ReadFailuresAsync(DateTimeOffset? since, CancellationToken cancellationToken = default);

    /// <summary>The creators whose name begins with a text, in capitals or not.</summary>
    /// <param name="name">1 to 100 letters.</param>
    Task<CreatorsFound> FindCreatorsAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Who changed what.</summary>
    Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does a change, portion by portion, until it is finished, the time is used up or the caller gives up. What is done
    /// stays done; the same order under the same key goes on where it was.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="timeLimit">No new portion begins after it; null for no limit.</param>
    /// <param name="progress">Told after each portion how far the change has come.</param>
    Task<Change> ChangeAsync(
        ChangeOrder order,
        TimeSpan? timeLimit = null,
        IProgress<Change>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>Pauses, resumes or limits. The same order under the same key is done once.</summary>
    /// <exception cref="RefusedRequestException">There is no such platform.</exception>
    Task<QueueControls> ControlAsync(ControlOrder order, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rolls what happened up into the figures that overview and series are read from; to be called every few minutes. A
    /// store that fails is logged; it does not throw.
    /// </summary>
    Task RollUpFiguresAsync(CancellationToken cancellationToken = default);
}

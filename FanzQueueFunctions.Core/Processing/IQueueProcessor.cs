namespace FanzQueueFunctions.Processing;

/// <summary>The one service behind all functions: processes due items, reports health, resets stuck items.</summary>
public interface IQueueProcessor
{
    /// <summary>
    /// Takes and settles due items, batch by batch, until none is due, <see cref="QueueOptions.MaxBatchesPerFiring"/>
    /// is reached or the app is asked to stop. A store that fails ends the run with one log line; it does not throw.
    /// </summary>
    /// <param name="cancellationToken">Cancelled, no new batch is taken; what is in hand is settled without it.</param>
    Task<ProcessedItems> ProcessDueItemsAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells the database how this worker is, reads the queue's health, logs it and records its metrics. A store that fails reads as unhealthy.</summary>
    Task<HealthReport> ReportHealthAsync(CancellationToken cancellationToken = default);

    /// <summary>Queues again what has been in processing for longer than a threshold.</summary>
    /// <param name="olderThan">The threshold; zero or more.</param>
    /// <param name="dryRun">Only tells which items would be reset.</param>
    /// <param name="actor">Whose order it is, for the record.</param>
    /// <param name="reason">Why, in the operator's words.</param>
    /// <returns>The items, oldest first.</returns>
    /// <exception cref="QueueStoreException">The store did not do it.</exception>
    Task<IReadOnlyList<StuckItem>> ResetStuckItemsAsync(
        TimeSpan olderThan, bool dryRun, string actor, string? reason = null, CancellationToken cancellationToken = default);
}

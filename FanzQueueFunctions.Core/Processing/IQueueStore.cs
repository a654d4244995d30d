namespace FanzQueueFunctions.Processing;

/// <summary>
/// The queue in the database. Every operation is one round trip and atomic, and may be repeated after a lost answer.
/// All of them throw <see cref="QueueStoreException"/> and nothing else of their own.
/// </summary>
public interface IQueueStore
{
    /// <summary>Where the store is, without secrets, for the log.</summary>
    string Description { get; }

    /// <summary>Takes due items, oldest due first, and frees those whose lease has run out.</summary>
    /// <param name="claimId">New for each claim; with one used before, returns what is still in hand under it.</param>
    /// <param name="batchSize">The most items to take, up to 1000; 0: none, only what is still in hand.</param>
    /// <param name="lease">
    /// How long a worker may hold an item before it counts as gone, 1 second or more; null: nobody is looked for who is.
    /// </param>
    /// <param name="fair">Whether creators take turns; each creator's items are taken oldest due first.</param>
    Task<Claim> ClaimAsync(
        Guid claimId, int batchSize, TimeSpan? lease, bool fair, CancellationToken cancellationToken);

    /// <summary>Ends claimed items: each is posted, marked and recorded in one transaction, or none of it.</summary>
    Task<IReadOnlyList<SettledItem>> SettleAsync(
        Guid claimId, IReadOnlyList<ItemOutcome> outcomes, CancellationToken cancellationToken);

    /// <summary>Queues stuck items again, or with <paramref name="dryRun"/> only tells which.</summary>
    /// <param name="actor">Whose order it is, for the record.</param>
    /// <param name="reason">Why; may be null.</param>
    Task<IReadOnlyList<StuckItem>> ResetStuckAsync(
        TimeSpan olderThan, bool dryRun, string actor, string? reason, CancellationToken cancellationToken);

    /// <summary>Writes down what a worker knows of itself, in place of what it told before.</summary>
    Task ReportAsync(WorkerReport report, CancellationToken cancellationToken);

    /// <param name="stuckAfter">An item longer in processing than this is stuck.</param>
    Task<QueueHealth> ReadHealthAsync(TimeSpan stuckAfter, CancellationToken cancellationToken);

    /// <summary>Checks the database against what the queue needs of it; changes nothing.</summary>
    /// <param name="neededVersion">The version of the SQL functions that the caller needs.</param>
    /// <returns>The findings, worst first.</returns>
    Task<IReadOnlyList<Finding>> CheckAsync(int neededVersion, CancellationToken cancellationToken);
}

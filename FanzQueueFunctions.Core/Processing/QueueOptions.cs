using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Processing;

/// <summary>How the queue is worked; the settings <c>Queue__…</c>, with the document's values as defaults.</summary>
public sealed record QueueOptions
{
    /// <summary><c>Queue__BatchSize</c>: items a batch, 1 to 1000.</summary>
    public int BatchSize { get; init; } = 10;

    /// <summary><c>Queue__MaxBatchesPerFiring</c>: 1 to 1000; more than one drains a backlog.</summary>
    public int MaxBatchesPerFiring { get; init; } = 1;

    /// <summary><c>Queue__RetryBaseSeconds</c>: retry n waits 2^n times this; 1 to 3600 seconds.</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>Queue__StuckAfterMinutes</c>: an item longer in processing is reported as stuck.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// <c>Queue__LeaseMinutes</c>: an item longer in processing belongs to a worker that is gone, and is queued again.
    /// Must be longer than any run takes new batches.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// <c>Queue__Fair</c>: creators take turns within a batch, so that one who queues thousands does not keep another's
    /// single item waiting.
    /// </summary>
    public bool Fair { get; init; }

    /// <summary>
    /// <c>Queue__Wake</c>: with <c>DATABASE_URL</c>, an item that is due as it is queued is posted at once, without waiting
    /// for the timer.
    /// </summary>
    public bool Wake { get; init; } = true;

    /// <summary><c>Queue__LogTitles</c>: the log shows the title of each item that is worked, as the document does.</summary>
    public bool LogTitles { get; init; } = true;

    /// <summary>
    /// <c>Queue__MaxRunSeconds</c>: a run takes no new batch after this; 1 to 599 seconds, and below the lease. Where it is
    /// not set, a lease that is shorter than its default makes it shorter, too.
    /// </summary>
    public TimeSpan MaxRun { get; init; } = TimeSpan.FromSeconds(240);

    // Below functionTimeout in host.json, at which the Functions host would end the worker.
    private const int MostRunSeconds = 599;

    /// <exception cref="SettingException">A value is out of its range.</exception>
    public static QueueOptions Read(IConfiguration configuration)
    {
        var defaults = new QueueOptions();
        var lease = TimeSpan.FromMinutes(
            configuration.ReadNumber("Queue:LeaseMinutes", defaults.Lease.TotalMinutes, 0.02, 1440));
        var mostRunSeconds = Math.Min(MostRunSeconds, (int)Math.Ceiling(lease.TotalSeconds) - 1);
        return new()
        {
            BatchSize = configuration.ReadWhole("Queue:BatchSize", defaults.BatchSize, 1, 1000),
            MaxBatchesPerFiring =
                configuration.ReadWhole("Queue:MaxBatchesPerFiring", defaults.MaxBatchesPerFiring, 1, 1000),
            RetryBase = TimeSpan.FromSeconds(
                configuration.ReadWhole("Queue:RetryBaseSeconds", (int)defaults.RetryBase.TotalSeconds, 1, 3600)),
            StuckAfter = TimeSpan.FromMinutes(
                configuration.ReadNumber("Queue:StuckAfterMinutes", defaults.StuckAfter.TotalMinutes, 0.02, 10080)),
            Lease = lease,
            MaxRun = TimeSpan.FromSeconds(configuration.ReadWhole(
                "Queue:MaxRunSeconds",
                Math.Min((int)defaults.MaxRun.TotalSeconds, mostRunSeconds),
                1,
                mostRunSeconds,
                mostRunSeconds < MostRunSeconds ? ", below Queue__LeaseMinutes" : "")),
            Fair = configuration.ReadFlag("Queue:Fair", defaults.Fair),
            Wake = configuration.ReadFlag("Queue:Wake", defaults.Wake),
            LogTitles = configuration.ReadFlag("Queue:LogTitles", defaults.LogTitles),
        };
    }
}

using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Operations;

/// <summary>
/// Deletes what the settings do not keep, in portions of 1,000 rows, the oldest first. Whoever runs it in the same hour works
/// on the same order, so that a portion is deleted once and one at a time.
/// </summary>
public sealed class Retention(
    IOperationStore store,
    RetentionOptions options,
    QueueMetrics metrics,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Retention> logger)
{
    /// <summary>No new portion begins after it: well below <c>functionTimeout</c>. The next hour goes on.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(4);

    private const string Actor = "the Prune timer";
    private const int PortionSize = 1000;

    /// <summary>Deletes until nothing is left to delete, the time is used up, or the app is asked to stop.</summary>
    /// <param name="cancellationToken">Cancelled, no new portion begins; the one in hand is finished.</param>
    /// <returns>How many rows it deleted. A store that fails ends the run with one log line; it does not throw.</returns>
    public async Task<long> PruneAsync(CancellationToken cancellationToken = default)
    {
        var startedAt = time.GetTimestamp();
        var now = time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var deleted = 0L;
        try
        {
            deleted += await PruneItemsAsync(ItemStatus.Posted, options.PostedDays, hour, MayGoOn);
            deleted += await PruneItemsAsync(ItemStatus.Failed, options.FailedDays, hour, MayGoOn);
            deleted += await PruneItemsAsync(ItemStatus.Cancelled, options.CancelledDays, hour, MayGoOn);
            deleted += await PruneHistoryAsync(options.HistoryDays, hour, MayGoOn);
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.PruneFailed(exception.Error, exception.IsTransient, exception.Message);
        }

        if (deleted > 0)
            logger.Pruned(deleted);
        return deleted;

        bool MayGoOn() =>
            time.GetElapsedTime(startedAt) < TimeLimit
            && !cancellationToken.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
    }

    private async Task<long> PruneItemsAsync(
        ItemStatus status, int? days, DateTimeOffset hour, Func<bool> mayGoOn)
    {
        if (days is null || !mayGoOn())
            return 0;

        var order = new ChangeOrder
        {
            Verb = ItemVerb.Prune,
            Actor = Actor,
            IdempotencyKey = $"{Actor} {status} {hour:yyyy-MM-ddTHH}",
            Filter = new() { Status = status, To = hour.AddDays(-days.Value) },
            Limit = ChangeOrder.MostItems,
        };
        // An hour in which there is nothing to delete leaves no record.
        if ((await store.ChangeAsync(order with { DryRun = true, Limit = 1 }, 1, CancellationToken.None)).Meant == 0)
            return 0;

        return (await store.ChangeInPortionsAsync(order, mayGoOn, progress: null, CancellationToken.None)).Done;
    }

    private async Task<long> PruneHistoryAsync(
        int? days, DateTimeOffset hour, Func<bool> mayGoOn)
    {
        if (days is null || !mayGoOn())
            return 0;

        var deleted = 0L;
        int portion;
        do
        {
            portion = await store.PruneHistoryAsync(
                hour.AddDays(-days.Value), $"{Actor} history {hour:yyyy-MM-ddTHH}", Actor, CancellationToken.None);
            deleted += portion;
        }
        while (portion == PortionSize && mayGoOn());
        return deleted;
    }
}

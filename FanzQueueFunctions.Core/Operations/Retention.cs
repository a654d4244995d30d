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

    /// <summary>
    /// Deletes until nothing is left to delete, the time is used up, or the app is asked to stop. Posted, failed and cancelled
    /// items, the history and the record of changes take turns, a portion each, so that none of them waits until another is done.
    /// </summary>
    /// <param name="cancellationToken">Cancelled, no new portion begins; the one in hand is finished.</param>
    /// <returns>How many rows it deleted. A store that fails ends the run with one log line; it does not throw.</returns>
    public async Task<long> PruneAsync(CancellationToken cancellationToken = default)
    {
        var startedAt = time.GetTimestamp();
        var now = time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var deleted = 0L;
        var turns = new Queue<IAsyncEnumerator<long>>(
            Turns(hour).Select(turn => turn.GetAsyncEnumerator(CancellationToken.None)));
        try
        {
            while (turns.TryPeek(out var turn) && MayGoOn())
            {
                if (!await turn.MoveNextAsync())
                {
                    await turns.Dequeue().DisposeAsync();
                    continue;
                }

                deleted += turn.Current;
                turns.Enqueue(turns.Dequeue());
            }
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.PruneFailed(exception.Error, exception.IsTransient, exception.Message);
        }

        if (deleted > 0)
            logger.Pruned(deleted);
        if (turns.Count > 0 && time.GetElapsedTime(startedAt) >= TimeLimit)
            logger.PruneBehind();
        foreach (var turn in turns)
            await turn.DisposeAsync();
        return deleted;

        bool MayGoOn() =>
            time.GetElapsedTime(startedAt) < TimeLimit
            && !cancellationToken.IsCancellationRequested
            && !lifetime.ApplicationStopping.IsCancellationRequested;
    }

    /// <summary>What is to be deleted: for each kind of row the rows that each of its portions deleted.</summary>
    private IEnumerable<IAsyncEnumerable<long>> Turns(DateTimeOffset hour)
    {
        if (options.PostedDays is { } postedDays)
            yield return PruneItemsAsync(ItemStatus.Posted, hour, hour.AddDays(-postedDays));
        if (options.FailedDays is { } failedDays)
            yield return PruneItemsAsync(ItemStatus.Failed, hour, hour.AddDays(-failedDays));
        if (options.CancelledDays is { } cancelledDays)
            yield return PruneItemsAsync(ItemStatus.Cancelled, hour, hour.AddDays(-cancelledDays));
        if (options.HistoryDays is { } historyDays)
            yield return PruneRowsAsync(store.PruneHistoryAsync, "history", hour, hour.AddDays(-historyDays));
        if (options.ChangesDays is { } changesDays)
            yield return PruneRowsAsync(store.PruneChangesAsync, "changes", hour, hour.AddDays(-changesDays));
    }

    private async IAsyncEnumerable<long> PruneItemsAsync(
        ItemStatus status, DateTimeOffset hour, DateTimeOffset olderThan)
    {
        for (var number = 1; ; number++)
        {
            var order = new ChangeOrder
            {
                Verb = ItemVerb.Prune,
                Actor = Actor,
                IdempotencyKey = $"{Actor} {status} {hour:yyyy-MM-ddTHH} {number}",
                Filter = new() { Status = status, To = olderThan },
                Limit = ChangeOrder.MostItems,
            };
            // Where there is nothing to delete, nothing is recorded.
            if ((await store.ChangeAsync(order with { DryRun = true, Limit = 1 }, 1, CancellationToken.None)).Meant == 0)
                yield break;

            var (meant, done, portions) = (0L, 0L, 0);
            await foreach (var change in store.ChangeInPortionsAsync(order, CancellationToken.None))
            {
                // Another run of this hour may have done what was asked for.
                yield return change.Portions == portions + 1 ? change.Done - done : 0;
                (meant, done, portions) = (change.Meant, change.Done, change.Portions);
            }

            // Its limit was reached: there may be more.
            if (meant < ChangeOrder.MostItems)
                yield break;
        }
    }

    private static async IAsyncEnumerable<long> PruneRowsAsync(
        Func<DateTimeOffset, string, string, CancellationToken, Task<int>> pruneAsync,
        string kind,
        DateTimeOffset hour,
        DateTimeOffset olderThan)
    {
        int portion;
        do
        {
            portion = await pruneAsync(olderThan, $"{Actor} {kind} {hour:yyyy-MM-ddTHH}", Actor, CancellationToken.None);
            yield return portion;
        }
        while (portion == PortionSize);
    }
}

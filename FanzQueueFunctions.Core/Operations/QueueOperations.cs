using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Operations;

/// <summary>
/// What of an operator's work is more than one call of the store: an overview is judged, a change goes portion by portion and is
/// logged. All of it is safe while workers run, and bounded on any size of table. The other reads are the store's own.
/// </summary>
/// <exception cref="QueueStoreException">Every method, where the store did not do it.</exception>
public sealed class QueueOperations(
    IOperationStore store,
    QueueOptions options,
    TimeProvider time,
    ILogger<QueueOperations> logger)
{
    /// <summary>The SQLSTATE of a value that a function of the queue does not take.</summary>
    private const string InvalidParameterValue = "22023";

    /// <summary>The queue at one look.</summary>
    public async Task<QueueOverview> ReadOverviewAsync(CancellationToken cancellationToken = default)
    {
        var overview = await store.ReadOverviewAsync(options.StuckAfter, cancellationToken);
        var hour = overview.Recent.Single(recent => recent.Seconds == 3600);
        return overview with
        {
            StuckAfterSeconds = (long)Math.Ceiling(options.StuckAfter.TotalSeconds),
            Health = HealthReport.Judge(overview.Stuck.Count, overview.OldestDueSeconds, hour.Posted, hour.Failed, overview.Workers),
        };
    }

    /// <summary>
    /// Does a change, portion by portion, until it is finished, the time is used up or the caller gives up. What is done
    /// stays done; the same order under the same key goes on where it was.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="timeLimit">No new portion begins after it; null for no limit.</param>
    /// <param name="progress">Told after each portion how far the change has come.</param>
    public async Task<Change> ChangeAsync(
        ChangeOrder order,
        TimeSpan? timeLimit = null,
        IProgress<Change>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var startedAt = time.GetTimestamp();
        // The portion in hand is finished, and has its line below: to give it up would only hide its answer.
        var portions = store.ChangeInPortionsAsync(order, order.DryRun ? cancellationToken : CancellationToken.None);
        Change change = null!;
        await foreach (var portion in portions)
        {
            change = portion;
            progress?.Report(change);
            if (cancellationToken.IsCancellationRequested || time.GetElapsedTime(startedAt) > timeLimit)
                break;
        }

        if (!order.DryRun && !change.Conflict)
            logger.ItemsChanged(order.Verb, OneLine.Of(order.Actor), change.Done, change.Meant, order.IdempotencyKey);
        return change;
    }

    /// <summary>Pauses, resumes or limits. The same order under the same key is done once.</summary>
    /// <exception cref="RefusedRequestException">There is no such platform.</exception>
    public async Task<QueueControls> ControlAsync(ControlOrder order, CancellationToken cancellationToken = default)
    {
        QueueControls controls;
        try
        {
            controls = await store.ControlAsync(order, cancellationToken);
        }
        catch (QueueStoreException exception) when (exception.Code == InvalidParameterValue)
        {
            // All else was checked before.
            throw new RefusedRequestException(
                $"There is no platform \"{RequestText.Shortened(order.Platform)}\": it is not a value of platform_cluster.");
        }

        if (!order.DryRun && !controls.Conflict)
            logger.ControlSet(order, controls.Changed);
        return controls with { DryRun = order.DryRun };
    }
}

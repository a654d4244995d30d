using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Operations;

/// <summary>The operator's verbs on the store: reads pass through, changes go portion by portion and are logged.</summary>
public sealed class QueueOperations(
    IOperationStore store,
    QueueOptions options,
    QueueMetrics metrics,
    TimeProvider time,
    ILogger<QueueOperations> logger) : IQueueOperations
{
    /// <summary>The first time there may be 90 days to go through; the next heartbeat goes on.</summary>
    private static readonly TimeSpan RollUpLimit = TimeSpan.FromSeconds(30);

    /// <summary>The SQLSTATE of a value that a function of the queue does not take.</summary>
    private const string InvalidParameterValue = "22023";

    public async Task<QueueOverview> ReadOverviewAsync(CancellationToken cancellationToken = default)
    {
        var overview = await store.ReadOverviewAsync(options.StuckAfter, cancellationToken);
        var hour = overview.Recent.Single(recent => recent.Seconds == 3600);
        return overview with
        {
            StuckAfterSeconds = (long)Math.Ceiling(options.StuckAfter.TotalSeconds),
            Health = HealthReport.Judge(overview.Stuck.Count, overview.OldestDueSeconds, hour.Posted, hour.Failed),
        };
    }

    public Task<QueueSeries> ReadSeriesAsync(
        SeriesRange range, string? platform, CancellationToken cancellationToken = default) =>
        store.ReadSeriesAsync(range, platform, cancellationToken);

    public Task<ItemPage> ReadItemsAsync(ItemQuery query, CancellationToken cancellationToken = default) =>
        store.ReadItemsAsync(query, cancellationToken);

    public Task<ItemStory?> ReadItemAsync(Guid id, CancellationToken cancellationToken = default) =>
        store.ReadItemAsync(id, cancellationToken);

    public Task<FailureCauses> ReadFailuresAsync(DateTimeOffset? since, CancellationToken cancellationToken = default) =>
        store.ReadFailuresAsync(since, cancellationToken);

    public Task<CreatorsFound> FindCreatorsAsync(string name, CancellationToken cancellationToken = default) =>
        store.FindCreatorsAsync(name, cancellationToken);

    public Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken = default) =>
        store.ReadChangesAsync(query, cancellationToken);

    public async Task<Change> ChangeAsync(
        ChangeOrder order,
        TimeSpan? timeLimit = null,
        IProgress<Change>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var startedAt = time.GetTimestamp();
        var change = await store.ChangeInPortionsAsync(
            order,
            () => !cancellationToken.IsCancellationRequested && !(time.GetElapsedTime(startedAt) > timeLimit),
            progress,
            cancellationToken);

        if (!order.DryRun && !change.Conflict)
            logger.ItemsChanged(order.Verb, OneLine.Of(order.Actor), change.Done, change.Meant, order.IdempotencyKey);
        return change;
    }

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

    public async Task RollUpFiguresAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var startedAt = time.GetTimestamp();
            while (!await store.RollUpAsync(cancellationToken) && time.GetElapsedTime(startedAt) < RollUpLimit)
            {
            }
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.RollUpFailed(exception.Error, exception.IsTransient, exception.Message);
        }
    }
}

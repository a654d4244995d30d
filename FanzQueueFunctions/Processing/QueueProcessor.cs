using System.Collections.Concurrent;
using System.Diagnostics;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>The way of a batch: claim, compose, settle; two round trips whatever its size.</summary>
public sealed class QueueProcessor(
    IQueueStore store,
    QueueOptions options,
    QueueMetrics metrics,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<QueueProcessor> logger) : IQueueProcessor
{
    private readonly RetryPolicy _retryPolicy = new(options.RetryBase);
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>
    /// Claims that may still hold items: an answer was lost, or a row was locked. The next batch takes them up again
    /// under the same id, so that nothing waits for the lease to run out.
    /// </summary>
    private readonly ConcurrentQueue<Guid> _unfinishedClaims = new();

    public async Task<ProcessedItems> ProcessDueItemsAsync(CancellationToken cancellationToken = default)
    {
        var total = new ProcessedItems();
        try
        {
            // A stop that was asked for takes no new batch; the one in hand is settled.
            while (total.Batches < options.MaxBatchesPerFiring && !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                var resumed = _unfinishedClaims.TryDequeue(out var claimId);
                var batch = await ProcessBatchAsync(resumed ? claimId : Guid.CreateVersion7(), cancellationToken);
                if (batch.Count > 0)
                    total = Add(total, batch);
                // A short batch was the last: what comes due meanwhile is for the next firing.
                if (batch.Count < options.BatchSize && !resumed)
                    break;
            }
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.RunFailed(exception.Error, exception.IsTransient, exception.Message);
            return total with { Completed = false };
        }

        return total;
    }

    public async Task<HealthReport> ReportHealthAsync(CancellationToken cancellationToken = default)
    {
        HealthReport report;
        try
        {
            report = HealthReport.Of(await store.ReadHealthAsync(options.StuckAfter, cancellationToken));
            metrics.QueueRead(report.Queue!);
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            report = HealthReport.Unanswered(exception);
        }

        metrics.HealthReported(report.Status);
        var uptime = (long)time.GetElapsedTime(_startedAt).TotalSeconds;
        var reasons = string.Join("; ", report.Reasons);
        switch (report.Status)
        {
            case HealthStatus.Healthy:
                logger.Healthy(uptime);
                break;
            case HealthStatus.Degraded:
                logger.Degraded(reasons, uptime);
                break;
            case HealthStatus.Unhealthy:
                logger.Unhealthy(reasons, uptime);
                break;
        }

        return report;
    }

    public async Task<IReadOnlyList<StuckItem>> ResetStuckItemsAsync(
        TimeSpan olderThan, bool dryRun, CancellationToken cancellationToken = default)
    {
        try
        {
            var items = await store.ResetStuckAsync(olderThan, dryRun, cancellationToken);
            if (!dryRun)
                logger.StuckItemsReset(items.Count, olderThan.TotalMinutes);
            return items;
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.ResetFailed(exception.Error, exception.IsTransient, exception.Message);
            throw;
        }
    }

    private async Task<IReadOnlyList<SettledItem>> ProcessBatchAsync(Guid claimId, CancellationToken cancellationToken)
    {
        using var activity = QueueActivity.Source.StartActivity("process batch");
        activity?.SetTag("claim_id", claimId);
        var startedAt = time.GetTimestamp();
        try
        {
            var claim = await store.ClaimAsync(claimId, options.BatchSize, options.Lease, cancellationToken);
            activity?.SetTag("items", claim.Items.Count);
            if (claim.Rescued + claim.GivenUp > 0)
                logger.Rescued(claim.Rescued, claim.GivenUp);
            if (claim.Items.Count == 0)
            {
                logger.NothingDue();
                activity?.Forget();
                return [];
            }

            logger.BatchStarted(time.GetUtcNow(), claim.Items.Count, claimId);
            var settled = await store.SettleAsync(claimId, [.. claim.Items.Select(Decide)], cancellationToken);
            Report(claim, settled);
            metrics.BatchSettled(time.GetElapsedTime(startedAt));
            logger.BatchCompleted(time.GetUtcNow());

            if (settled.Any(item => item.Outcome == SettledOutcome.Unsettled))
                _unfinishedClaims.Enqueue(claimId);
            return settled;
        }
        catch (Exception exception)
        {
            _unfinishedClaims.Enqueue(claimId);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private ItemOutcome Decide(ClaimedItem item)
    {
        if (PostComposer.Refusal(item) is { } refusal)
            return new() { ItemId = item.Id, Refusal = refusal };

        var delay = _retryPolicy.DelayAfterFailure(item.RetryCount, item.MaxRetries);
        return new()
        {
            ItemId = item.Id,
            Patch = PostComposer.Patch(item),
            RetryInSeconds = (long?)delay?.TotalSeconds,
        };
    }

    private void Report(Claim claim, IReadOnlyList<SettledItem> settled)
    {
        var results = settled.ToDictionary(result => result.ItemId);
        foreach (var item in claim.Items)
        {
            if (!results.TryGetValue(item.Id, out var result))
                continue;
            metrics.ItemSettled(item, result);
            logger.ItemSettled(item, result);
        }
    }

    private static ProcessedItems Add(ProcessedItems total, IReadOnlyList<SettledItem> batch) => new(
        total.Batches + 1,
        total.Posted + batch.Count(item => item.Outcome == SettledOutcome.Posted),
        total.Retried + batch.Count(item => item.Outcome == SettledOutcome.Retried),
        total.Failed + batch.Count(item => item.Outcome == SettledOutcome.Failed),
        total.Lost + batch.Count(item => item.Outcome == SettledOutcome.Lost));
}

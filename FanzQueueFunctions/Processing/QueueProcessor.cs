using System.Collections.Concurrent;
using System.Diagnostics;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// The way of a batch: claim, compose, settle; two round trips whatever its size. While one batch is settled, the next is
/// claimed and the one before is reported.
/// </summary>
public sealed class QueueProcessor(
    IQueueStore store,
    QueueOptions options,
    QueueMetrics metrics,
    StartCheck startCheck,
    IHostApplicationLifetime lifetime,
    RunsInHand runs,
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
        using var run = runs.Begin();
        var total = new ProcessedItems();
        var batches = 0;
        SettledBatch? settled = null;
        Task<Batch>? next = null;
        var startedAt = 0L;
        try
        {
            if (!await startCheck.PassesAsync(cancellationToken))
                return total with { Completed = false };

            startedAt = time.GetTimestamp();
            next = ClaimNextAsync();
            while (next is not null)
            {
                // Only for a batch that is there already does the report wait.
                if (!next.IsCompletedSuccessfully)
                    ReportSettled();
                var batch = await next;
                if (batch.Items.Count > 0)
                    batches++;
                // A short batch is the last: what comes due meanwhile is for the next firing.
                var isShort = batch.Items.Count < options.BatchSize && !batch.IsResumed;
                next = isShort ? null : ClaimNextAsync();
                if (batch.Items.Count == 0)
                {
                    logger.NothingDue();
                    continue;
                }

                var settling = SettleAsync(batch, cancellationToken);
                ReportSettled();
                logger.BatchStarted(time.GetUtcNow(), batch.Items.Count, batch.ClaimId);
                settled = await settling;
                total = Add(total, settled.Results);
            }

            ReportSettled();
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.RunFailed(exception.Error, exception.IsTransient, exception.Message);
            return total with { Completed = false };
        }
        finally
        {
            await LeaveToNextFiringAsync(next);
        }

        return total;

        // A stop that was asked for takes no new batch, nor does a run whose time is over; what is in hand is settled.
        Task<Batch>? ClaimNextAsync() =>
            batches < options.MaxBatchesPerFiring
            && !lifetime.ApplicationStopping.IsCancellationRequested
            && time.GetElapsedTime(startedAt) < options.MaxRun
                ? ClaimAsync(cancellationToken)
                : null;

        void ReportSettled()
        {
            if (settled is null)
                return;
            Report(settled);
            settled = null;
        }
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

        if (report.Queue is { } queue)
            logger.PlatformsHeldBack(queue);
        return report;
    }

    public async Task<IReadOnlyList<StuckItem>> ResetStuckItemsAsync(
        TimeSpan olderThan, bool dryRun, string actor, string? reason = null, CancellationToken cancellationToken = default)
    {
        try
        {
            var items = await store.ResetStuckAsync(olderThan, dryRun, actor, reason, cancellationToken);
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

    private async Task<Batch> ClaimAsync(CancellationToken cancellationToken)
    {
        var isResumed = _unfinishedClaims.TryDequeue(out var claimId);
        if (!isResumed)
            claimId = Guid.CreateVersion7();
        using var activity = StartActivity("claim batch", claimId);
        var startedAt = time.GetTimestamp();
        try
        {
            var claim = await store.ClaimAsync(
                claimId, options.BatchSize, options.Lease, options.Fair, cancellationToken);
            activity?.SetTag("items", claim.Items.Count);
            if (claim.Rescued + claim.GivenUp > 0)
                logger.Rescued(claim.Rescued, claim.GivenUp);
            if (claim.Items.Count == 0)
                activity?.Forget();
            return new(claimId, isResumed, claim.Items, time.GetElapsedTime(startedAt));
        }
        catch (Exception exception)
        {
            _unfinishedClaims.Enqueue(claimId);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private async Task<SettledBatch> SettleAsync(Batch batch, CancellationToken cancellationToken)
    {
        using var activity = StartActivity("settle batch", batch.ClaimId);
        activity?.SetTag("items", batch.Items.Count);
        var startedAt = time.GetTimestamp();
        try
        {
            var results = await store.SettleAsync(batch.ClaimId, [.. batch.Items.Select(Decide)], cancellationToken);
            metrics.BatchSettled(batch.ClaimDuration + time.GetElapsedTime(startedAt));
            if (results.Any(result => result.Outcome == SettledOutcome.Unsettled))
                _unfinishedClaims.Enqueue(batch.ClaimId);
            return new(batch.Items, results);
        }
        catch (Exception exception)
        {
            _unfinishedClaims.Enqueue(batch.ClaimId);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    /// <summary>After a failure a claim may still be under way: the next firing takes up what it took.</summary>
    private async Task LeaveToNextFiringAsync(Task<Batch>? claim)
    {
        if (claim is null)
            return;
        await ((Task)claim).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A claim that failed has seen to that by itself.
        if (claim.IsCompletedSuccessfully)
            _unfinishedClaims.Enqueue(claim.Result.ClaimId);
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

    private void Report(SettledBatch batch)
    {
        var results = batch.Results.ToDictionary(result => result.ItemId);
        foreach (var item in batch.Items)
        {
            if (!results.TryGetValue(item.Id, out var result))
                continue;
            metrics.ItemSettled(item, result);
            logger.ItemSettled(item, result);
        }

        logger.BatchCompleted(time.GetUtcNow());
    }

    private static Activity? StartActivity(string name, Guid claimId)
    {
        var activity = QueueActivity.Source.StartActivity(name);
        activity?.SetTag("claim_id", claimId);
        return activity;
    }

    private static ProcessedItems Add(ProcessedItems total, IReadOnlyList<SettledItem> batch) => new(
        total.Batches + 1,
        total.Posted + batch.Count(item => item.Outcome == SettledOutcome.Posted),
        total.Retried + batch.Count(item => item.Outcome == SettledOutcome.Retried),
        total.Failed + batch.Count(item => item.Outcome == SettledOutcome.Failed),
        total.Lost + batch.Count(item => item.Outcome == SettledOutcome.Lost));

    /// <param name="IsResumed">Taken up again, so that more may be due although it is short.</param>
    private sealed record Batch(
        Guid ClaimId, bool IsResumed, IReadOnlyList<ClaimedItem> Items, TimeSpan ClaimDuration);

    private sealed record SettledBatch(IReadOnlyList<ClaimedItem> Items, IReadOnlyList<SettledItem> Results);
}

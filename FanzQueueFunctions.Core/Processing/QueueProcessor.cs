using System.Diagnostics;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// The way of a batch: claim, compose, settle; two round trips whatever its size. While batches are settled, two at once, the next
/// is claimed and the one before is reported. After the due items come the claims that an earlier run could not finish.
/// </summary>
public sealed class QueueProcessor(
    IQueueStore store,
    QueueOptions options,
    QueueMetrics metrics,
    StartCheck startCheck,
    IHostApplicationLifetime lifetime,
    RunsInHand runs,
    WorkerState worker,
    DatabaseName database,
    TimeProvider time,
    ILogger<QueueProcessor> logger) : IQueueProcessor
{
    // So that PostgreSQL works on one batch while it writes the commit of another.
    private const int SettledAtOnce = 2;

    private readonly RetryPolicy _retryPolicy = new(options.RetryBase);
    private readonly long _startedAt = time.GetTimestamp();

    private readonly UnfinishedClaims _unfinished = new(options.Lease, time);

    // From when on a claim frees the items of workers that are gone.
    private long _lookAgainAt = long.MinValue;

    public async Task<ProcessedItems> ProcessDueItemsAsync(CancellationToken cancellationToken = default)
    {
        using var inHand = runs.Begin();
        worker.RunBegan();
        // The operation that everything of this run belongs to, however it began. One that did nothing tells nobody anything.
        using var activity = QueueActivity.Source.StartActivity("process queue");
        var run = new Run { Stop = cancellationToken };
        // Of earlier runs only: what this one leaves is for the next.
        var unfinished = _unfinished.TakeDue();
        try
        {
            if (!await startCheck.PassesAsync(cancellationToken))
                return run.Total with { Completed = false };

            run.StartedAt = time.GetTimestamp();
            try
            {
                await DrainAsync(run);
            }
            catch (QueueStoreException exception) when (!exception.IsTransient)
            {
                // The due items' own fault: the others may still be finished.
                NoteFailure(run, exception);
            }

            while (MayGoOn(run) && unfinished.TryDequeue(out var claim))
                await FinishAsync(claim, run);
        }
        catch (QueueStoreException exception)
        {
            NoteFailure(run, exception);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Only the check at start, before anything is in hand, is left for it.
            run.Total = run.Total with { Completed = false };
        }
        finally
        {
            foreach (var claim in unfinished)
                _unfinished.Add(claim);
            worker.RunEnded(run.Total, run.Error, _unfinished.Unsettled);
        }

        if (run.Total == new ProcessedItems())
            activity?.Forget();
        return run.Total;
    }

    /// <summary>Claims and settles what is due, batch after batch.</summary>
    private async Task DrainAsync(Run run)
    {
        var batches = 0;
        Queue<BatchInHand> inHand = new();
        SettledBatch? settled = null;
        var next = ClaimNextAsync();
        try
        {
            while (next is not null || inHand.Count > 0)
            {
                if (next is null || inHand.Count == SettledAtOnce || !await ComesFirstAsync(next))
                {
                    Tell();
                    settled = await inHand.Dequeue().Settling;
                    run.Add(settled);
                    continue;
                }

                var batch = await next;
                if (batch.Items.Count > 0)
                    batches++;
                // A short batch is the last: what comes due meanwhile is for the next firing.
                next = batch.Items.Count < options.BatchSize ? null : ClaimNextAsync();
                if (batch.Items.Count > 0)
                    inHand.Enqueue(new(batch, SettleAsync(batch)));
                else
                    logger.NothingDue();
            }

            Tell();
        }
        finally
        {
            foreach (var other in inHand)
            {
                // A settle that failed has left its claim to the next firing by itself.
                await ((Task)other.Settling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!other.Settling.IsCompletedSuccessfully)
                    continue;
                run.Add(other.Settling.Result);
                Start(other);
                Report(other.Settling.Result);
            }

            await LeaveToNextFiringAsync(next);
        }

        // A stop that was asked for takes no new batch, nor does a run whose time is over; what is in hand is settled.
        Task<Batch>? ClaimNextAsync() => batches < options.MaxBatchesPerFiring && MayGoOn(run)
            ? ClaimAsync(new(Guid.CreateVersion7(), time.GetTimestamp()), options.BatchSize)
            : null;

        // Whether a claim is there before what is settled; what failed there ends the run.
        async Task<bool> ComesFirstAsync(Task<Batch> claim)
        {
            // Only for a batch that is there already does the report wait.
            if (!claim.IsCompletedSuccessfully)
                Tell();
            return !inHand.TryPeek(out var oldest) || await Task.WhenAny(oldest.Settling, claim) == claim;
        }

        // The log tells of one batch after the other.
        void Tell()
        {
            if (settled is not null)
                Report(settled);
            settled = null;
            if (inHand.TryPeek(out var oldest))
                Start(oldest);
        }

        void Start(BatchInHand batch)
        {
            if (!batch.IsToldOf)
                logger.BatchStarted(time.GetUtcNow(), batch.Batch.Items.Count, batch.Batch.Claim.Id);
            batch.IsToldOf = true;
        }
    }

    /// <summary>Settles what a claim of an earlier run still holds; it takes nothing new.</summary>
    private async Task FinishAsync(ClaimInHand claim, Run run)
    {
        claim.TriedAt = time.GetTimestamp();
        try
        {
            var batch = await ClaimAsync(claim, batchSize: 0);
            if (batch.Items.Count == 0)
                return;

            logger.BatchStarted(time.GetUtcNow(), batch.Items.Count, claim.Id);
            var settled = await SettleAsync(batch);
            run.Add(settled);
            Report(settled);
            run.IsSlow |= !settled.InTime;
        }
        catch (QueueStoreException exception) when (!exception.IsTransient)
        {
            // This claim's own fault: the others may still be finished.
            NoteFailure(run, exception);
        }
    }

    private bool MayGoOn(Run run) =>
        !run.IsSlow
        && !run.Stop.IsCancellationRequested
        && !lifetime.ApplicationStopping.IsCancellationRequested
        && time.GetElapsedTime(run.StartedAt) < options.MaxRun;

    private void NoteFailure(Run run, QueueStoreException exception)
    {
        metrics.StoreFailed(exception.Error);
        logger.RunFailed(exception.Error, exception.IsTransient, exception.Message);
        run.Error = exception.Message;
        run.Total = run.Total with { Completed = false };
    }

    public async Task<HealthReport> ReportHealthAsync(CancellationToken cancellationToken = default)
    {
        HealthReport report;
        try
        {
            await store.ReportAsync(worker.Report(), cancellationToken);
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
        var name = OneLine.Of(database.Text);
        switch (report.Status)
        {
            case HealthStatus.Healthy:
                logger.Healthy(uptime, name);
                break;
            case HealthStatus.Degraded:
                logger.Degraded(reasons, uptime, name);
                break;
            case HealthStatus.Unhealthy:
                logger.Unhealthy(reasons, uptime, name);
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
                logger.StuckItemsReset(
                    items.Count, olderThan.TotalMinutes, StuckItem.MayBeMore(items) ? "; there may be more: say it again" : "");
            return items;
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.ResetFailed(exception.Error, exception.IsTransient, exception.Message);
            throw;
        }
    }

    private async Task<Batch> ClaimAsync(ClaimInHand claim, int batchSize)
    {
        using var activity = StartActivity("claim batch", claim.Id);
        var startedAt = time.GetTimestamp();
        try
        {
            // Each look costs the claim, and how late it is matters little beside the lease.
            var looksForTheDead = batchSize > 0 && startedAt >= Volatile.Read(ref _lookAgainAt);
            var answer = await store.ClaimAsync(
                claim.Id, batchSize, looksForTheDead ? options.Lease : null, options.Fair, CancellationToken.None);
            if (looksForTheDead && !answer.MayRescueMore)
                Volatile.Write(ref _lookAgainAt, startedAt + (long)(options.Lease.TotalSeconds / 20 * time.TimestampFrequency));
            activity?.SetTag("items", answer.Items.Count);
            if (answer.Rescued + answer.GivenUp > 0)
                logger.Rescued(answer.Rescued, answer.GivenUp, answer.MayRescueMore ? "; there may be more, for the next claim" : "");
            if (answer.Items.Count == 0)
                activity?.Forget();
            return new(claim, answer.Items, time.GetElapsedTime(startedAt));
        }
        catch (Exception exception)
        {
            // It may have taken items all the same.
            _unfinished.Add(claim);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private async Task<SettledBatch> SettleAsync(Batch batch)
    {
        using var activity = StartActivity("settle batch", batch.Claim.Id);
        activity?.SetTag("items", batch.Items.Count);
        var startedAt = time.GetTimestamp();
        List<SettledItem> results = [];
        var inTime = true;
        try
        {
            HashSet<Guid> slowCreators = [];
            foreach (var part in batch.Claim.Parts(batch.Items))
            {
                if (part is [var item] && slowCreators.Contains(item.CreatorId))
                    continue;
                if (await SettlePartAsync(batch.Claim, part, results))
                    continue;
                // What is due at the next firing waits for no more than two calls that hang.
                if (!inTime)
                    break;
                inTime = false;
                if (part is [var slow])
                    slowCreators.Add(slow.CreatorId);
            }

            metrics.BatchSettled(batch.ClaimDuration + time.GetElapsedTime(startedAt));
            var settled = results.Count(result => result.Outcome != SettledOutcome.Unsettled);
            batch.Claim.Unsettled = batch.Items.Count - settled;
            if (batch.Claim.Unsettled > 0)
                _unfinished.Add(batch.Claim);
            return new(batch.Items, results, inTime);
        }
        catch (Exception exception)
        {
            _unfinished.Add(batch.Claim);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    /// <summary>
    /// Settles a part of a batch in one call. One item that takes too long, such as one whose creator's triggers do, would
    /// keep all the others of its batch for ever: so the part is tried again in smaller ones, later, and an item that is too
    /// slow by itself twice fails or waits by the rules.
    /// </summary>
    /// <returns>Whether it was settled in time.</returns>
    private async Task<bool> SettlePartAsync(
        ClaimInHand claim, ClaimedItem[] part, List<SettledItem> results)
    {
        try
        {
            results.AddRange(await SettleOutcomesAsync(claim.Id, [.. part.Select(Decide)]));
            return true;
        }
        catch (QueueStoreException exception) when (exception.Error == QueueStoreError.Timeout)
        {
            metrics.StoreFailed(exception.Error);
            logger.SettleRanOutOfTime(part.Length, claim.Id, exception.Message);
            if (!claim.RanOutOfTime(part))
                return false;

            var item = part[0];
            var outcome = Decide(item) with
            {
                Cluster = null,
                Obstacle = $"It could not be posted in time, even by itself. {exception.Message}",
            };
            try
            {
                results.AddRange(await store.SettleAsync(claim.Id, [outcome], CancellationToken.None));
            }
            catch (QueueStoreException again) when (again.Error == QueueStoreError.Timeout)
            {
                claim.LeaveToLease(item);
            }

            return false;
        }
    }

    /// <summary>
    /// What only met the changes of other transactions is settled once more, in a transaction that sees them: where
    /// transactions are stricter than read committed, the first cannot.
    /// </summary>
    private async Task<IEnumerable<SettledItem>> SettleOutcomesAsync(Guid claimId, ItemOutcome[] outcomes)
    {
        var settled = await store.SettleAsync(claimId, outcomes, CancellationToken.None);
        var left = settled.Where(item => item.MetOthers).Select(item => item.ItemId).ToHashSet();
        if (left.Count == 0)
            return settled;

        logger.SettledAgain(left.Count, claimId);
        try
        {
            var again = await store.SettleAsync(
                claimId, [.. outcomes.Where(outcome => left.Contains(outcome.ItemId))], CancellationToken.None);
            return settled.Where(item => !left.Contains(item.ItemId)).Concat(again);
        }
        catch (QueueStoreException exception)
        {
            // Of the first call the results are known; the rest is for the next firing.
            metrics.StoreFailed(exception.Error);
            return settled;
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
            _unfinished.Add(claim.Result.Claim);
    }

    private ItemOutcome Decide(ClaimedItem item)
    {
        if (PostRules.Refusal(item) is { } refusal)
            return new() { ItemId = item.Id, Refusal = refusal };

        var delay = _retryPolicy.DelayAfterFailure(item.RetryCount, item.MaxRetries);
        return new()
        {
            ItemId = item.Id,
            Cluster = item.TargetPlatform,
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
            logger.ItemSettled(item, result, options.LogTitles);
        }

        logger.BatchCompleted(time.GetUtcNow());
    }

    private static Activity? StartActivity(string name, Guid claimId)
    {
        var activity = QueueActivity.Source.StartActivity(name);
        activity?.SetTag("claim_id", claimId);
        return activity;
    }

    private sealed record Batch(ClaimInHand Claim, IReadOnlyList<ClaimedItem> Items, TimeSpan ClaimDuration);

    private sealed record BatchInHand(Batch Batch, Task<SettledBatch> Settling)
    {
        /// <summary>Whether the log says that it was begun.</summary>
        public bool IsToldOf { get; set; }
    }

    /// <param name="InTime">Whether all of it was settled in time; if not, there are items without a result.</param>
    private sealed record SettledBatch(
        IReadOnlyList<ClaimedItem> Items, IReadOnlyList<SettledItem> Results, bool InTime);

    /// <summary>One run: what it did so far, and whether it may go on.</summary>
    private sealed class Run
    {
        public ProcessedItems Total { get; set; } = new();

        /// <summary>Cancelled, no new batch is taken; what is in hand is settled without it.</summary>
        public CancellationToken Stop { get; init; }

        public long StartedAt { get; set; }

        public bool IsSlow { get; set; }

        /// <summary>What went wrong last; null where nothing did.</summary>
        public string? Error { get; set; }

        public void Add(SettledBatch batch)
        {
            Total = new(
                Total.Batches + 1,
                Total.Posted + Count(batch, SettledOutcome.Posted),
                Total.Retried + Count(batch, SettledOutcome.Retried),
                Total.Failed + Count(batch, SettledOutcome.Failed),
                Total.Lost + Count(batch, SettledOutcome.Lost),
                Total.Completed && batch.InTime);
            if (batch.Results.FirstOrDefault(item => item.Outcome == SettledOutcome.Unsettled) is { } unsettled)
                Error = unsettled.Error;
            else if (!batch.InTime)
                Error = "Settling ran out of time.";
        }

        private static int Count(SettledBatch batch, SettledOutcome outcome) =>
            batch.Results.Count(item => item.Outcome == outcome);
    }
}

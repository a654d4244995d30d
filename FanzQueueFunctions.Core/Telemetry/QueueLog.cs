using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Logging;

// The line shows the short id, as the document's does; the whole id goes along as a field.
#pragma warning disable SYSLIB1015

namespace FanzQueueFunctions.Telemetry;

/// <summary>
/// The log lines, worded as the document shows them so that whoever watches the log reads on; every id is a field.
/// Text that people wrote is brought onto one line, so that nobody can forge a line of the log.
/// </summary>
internal static partial class QueueLog
{
    public static void BatchStarted(this ILogger logger, DateTimeOffset now, int count, Guid claimId) =>
        BatchStarted(logger, now.UtcDateTime, count, claimId);

    public static void BatchCompleted(this ILogger logger, DateTimeOffset now) =>
        BatchCompleted(logger, now.UtcDateTime);

    /// <summary>The two or three lines of one item, in the document's order.</summary>
    /// <param name="withTitle">Whether its title is among them: it tells of a creator, and the log is kept elsewhere.</param>
    public static void ItemSettled(this ILogger logger, ClaimedItem item, SettledItem result, bool withTitle)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;

        var shortId = ShortId(item.Id);
        var platform = OneLine.Of(item.TargetPlatform);
        ItemProcessing(
            logger, shortId, withTitle ? OneLine.Of(item.Title ?? "(untitled)") : "(title not logged)", platform, item.Id);
        switch (result.Outcome)
        {
            case SettledOutcome.Posted:
                ItemPosted(logger, shortId, platform, result.TargetPostId, item.Id);
                break;
            case SettledOutcome.Retried:
                ItemFailed(logger, shortId, OneLine.Of(result.Error ?? ""), item.Id);
                ItemRetried(
                    logger, shortId, result.RetryCount, RetryPolicy.RetriesAllowed(item.MaxRetries),
                    result.RetryAt?.UtcDateTime, item.Id);
                break;
            case SettledOutcome.Failed:
                ItemFailed(logger, shortId, OneLine.Of(result.Error ?? ""), item.Id);
                if (item.RetryCount >= RetryPolicy.RetriesAllowed(item.MaxRetries))
                    RetriesExceeded(logger, shortId, item.Id);
                else
                    NotRetryable(logger, shortId, item.Id);
                break;
            case SettledOutcome.Lost:
                ItemLost(logger, shortId, item.Id);
                break;
            case SettledOutcome.Unsettled:
                var reason = result.Error is null ? "its row is locked by another transaction" : OneLine.Of(result.Error);
                ItemUnsettled(logger, shortId, reason, item.Id);
                break;
        }
    }

    /// <summary>A line for each platform that somebody holds back.</summary>
    public static void PlatformsHeldBack(this ILogger logger, QueueHealth queue)
    {
        foreach (var pause in queue.Paused)
        {
            Paused(
                logger, pause.Platform == "*" ? "everything" : OneLine.Of(pause.Platform), pause.PausedAt.UtcDateTime,
                OneLine.Of(pause.PausedBy), OneLine.Of(pause.Reason ?? "no reason given"));
        }

        foreach (var limit in queue.Limited)
            Limited(logger, OneLine.Of(limit.Platform), limit.PerMinute, OneLine.Of(limit.SetBy));
    }

    /// <summary>
    /// The first eight digits; of an id of version 7 the last eight, because its first say when it was made, and are the
    /// same for a minute.
    /// </summary>
    private static string ShortId(Guid id)
    {
        var digits = id.ToString("N");
        return id.Version == 7 ? digits[^8..] : digits[..8];
    }

    [LoggerMessage(LogLevel.Information, "[{Now:yyyy-MM-ddTHH:mm:ss.fffZ}] Processing {Count} queue items... (claim {ClaimId})")]
    private static partial void BatchStarted(ILogger logger, DateTime now, int count, Guid claimId);

    [LoggerMessage(LogLevel.Information, "[{Now:yyyy-MM-ddTHH:mm:ss.fffZ}] Batch complete")]
    private static partial void BatchCompleted(ILogger logger, DateTime now);

    [LoggerMessage(LogLevel.Debug, "Nothing is due")]
    public static partial void NothingDue(this ILogger logger);

    [LoggerMessage(LogLevel.Information, "[{ShortId}] Processing: {Title} → {TargetPlatform}")]
    private static partial void ItemProcessing(
        ILogger logger, string shortId, string title, string targetPlatform, Guid itemId);

    [LoggerMessage(LogLevel.Information, "[{ShortId}] ✅ SUCCESS - Posted to {TargetPlatform} ({TargetPostId})")]
    private static partial void ItemPosted(
        ILogger logger, string shortId, string targetPlatform, Guid? targetPostId, Guid itemId);

    [LoggerMessage(LogLevel.Warning, "[{ShortId}] ❌ FAILED - {Error}")]
    private static partial void ItemFailed(ILogger logger, string shortId, string error, Guid itemId);

    [LoggerMessage(LogLevel.Information, "[{ShortId}] 🔄 Retry {Retry}/{MaxRetries} scheduled for {RetryAt:yyyy-MM-ddTHH:mm:ssZ}")]
    private static partial void ItemRetried(
        ILogger logger, string shortId, int retry, int maxRetries, DateTime? retryAt, Guid itemId);

    [LoggerMessage(LogLevel.Warning, "[{ShortId}] 💀 Max retries exceeded - marked as failed")]
    private static partial void RetriesExceeded(ILogger logger, string shortId, Guid itemId);

    [LoggerMessage(LogLevel.Warning, "[{ShortId}] 💀 No retry can help - marked as failed")]
    private static partial void NotRetryable(ILogger logger, string shortId, Guid itemId);

    [LoggerMessage(LogLevel.Warning, "[{ShortId}] LOST - its claim was taken away (reset, rescued or cancelled); not posted by this run")]
    private static partial void ItemLost(ILogger logger, string shortId, Guid itemId);

    [LoggerMessage(LogLevel.Warning, "[{ShortId}] UNSETTLED - {Reason}; to be taken up again")]
    private static partial void ItemUnsettled(ILogger logger, string shortId, string reason, Guid itemId);

    [LoggerMessage(LogLevel.Warning, "Freed items whose worker stopped: {Rescued} queued again, {GivenUp} marked as failed{More}")]
    public static partial void Rescued(this ILogger logger, int rescued, int givenUp, string more);

    [LoggerMessage(LogLevel.Error, "Run ended: {Reason} [{Error}, transient: {IsTransient}] Nothing is lost; the next firing tries again.")]
    public static partial void RunFailed(this ILogger logger, QueueStoreError error, bool isTransient, string reason);

    [LoggerMessage(LogLevel.Warning, "Settling {Count} items ran out of time; what is left of claim {ClaimId} is tried again in smaller parts, beside what is due. {Reason}")]
    public static partial void SettleRanOutOfTime(this ILogger logger, int count, Guid claimId, string reason);

    [LoggerMessage(LogLevel.Information, "{Count} items of claim {ClaimId} met what another transaction changed; they are settled once more")]
    public static partial void SettledAgain(this ILogger logger, int count, Guid claimId);

    [LoggerMessage(LogLevel.Information, "Reset {Count} items stuck for more than {Minutes} minutes{More}")]
    public static partial void StuckItemsReset(this ILogger logger, int count, double minutes, string more);

    [LoggerMessage(LogLevel.Error, "Stuck items were not reset: {Reason} [{Error}, transient: {IsTransient}]")]
    public static partial void ResetFailed(this ILogger logger, QueueStoreError error, bool isTransient, string reason);

    /// <summary>One finding of the check, its sentences one after the other.</summary>
    public static void Found(this ILogger logger, Finding finding)
    {
        string?[] sentences = [finding.What, finding.Follows, finding.Advice];
        var text = string.Join(' ', sentences.OfType<string>().Select(OneLine.Of));
        if (finding.Level == FindingLevel.Error)
            FoundError(logger, text);
        else
            FoundWarning(logger, text);
    }

    [LoggerMessage(LogLevel.Error, "[CHECK] error - {Finding}")]
    private static partial void FoundError(ILogger logger, string finding);

    [LoggerMessage(LogLevel.Warning, "[CHECK] warning - {Finding}")]
    private static partial void FoundWarning(ILogger logger, string finding);

    [LoggerMessage(LogLevel.Warning, "[CHECK] ... and {Count} more: FanzQueueFunctions check")]
    public static partial void FoundMore(this ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "[CHECK] The database could not be checked, and is worked all the same: {Reason}")]
    public static partial void NotChecked(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Critical, "The app ends: with this database no item can be posted. Mend what is said above and start it again.")]
    public static partial void Unfit(this ILogger logger);

    [LoggerMessage(LogLevel.Information, "[OPERATOR] {Verb} by {Actor}: {Done} of {Meant} items done (key {IdempotencyKey})")]
    public static partial void ItemsChanged(
        this ILogger logger, ItemVerb verb, string actor, long done, long meant, string idempotencyKey);

    /// <summary>A pause, a resume or a limit, as an operator ordered it.</summary>
    public static void ControlSet(this ILogger logger, ControlOrder order, bool changed)
    {
        var what = order.Verb == ControlVerb.Limit
            ? order.PerMinute is { } perMinute ? $"limit to {perMinute} posts a minute" : "no limit"
            : order.Verb.ToString().ToLowerInvariant();
        ControlSet(
            logger, what, order.Platform == ControlOrder.Everything ? "everything" : OneLine.Of(order.Platform),
            OneLine.Of(order.Actor), changed ? "done" : "it was so already", OneLine.Of(order.Reason ?? "no reason given"),
            order.IdempotencyKey);
    }

    [LoggerMessage(LogLevel.Information, "[OPERATOR] {What} for {Platform} by {Actor}: {Outcome} ({Reason}; key {IdempotencyKey})")]
    private static partial void ControlSet(
        ILogger logger, string what, string platform, string actor, string outcome, string reason, string idempotencyKey);

    [LoggerMessage(LogLevel.Information, "Pruned {Count} rows that are no longer kept")]
    public static partial void Pruned(this ILogger logger, long count);

    [LoggerMessage(LogLevel.Warning, "Pruning did not keep up: its time was over before all was deleted that is no longer kept. The next hour goes on; let PRUNE_SCHEDULE fire more often, or keep more days.")]
    public static partial void PruneBehind(this ILogger logger);

    [LoggerMessage(LogLevel.Error, "Pruning ended: {Reason} [{Error}, transient: {IsTransient}] The next hour goes on.")]
    public static partial void PruneFailed(this ILogger logger, QueueStoreError error, bool isTransient, string reason);

    [LoggerMessage(LogLevel.Warning, "The minute's report was not written, and the next one makes up for it: {Reason} [{Error}, transient: {IsTransient}]")]
    public static partial void MinuteReportFailed(
        this ILogger logger, QueueStoreError error, bool isTransient, string reason);

    [LoggerMessage(LogLevel.Warning, "{Function} failed and is repeated: {Reason}")]
    public static partial void CallRepeated(this ILogger logger, string function, string reason);

    [LoggerMessage(LogLevel.Warning, "{Function} has no answer after {Seconds} seconds; it is waited for up to {Limit} seconds")]
    public static partial void CallTakesLong(this ILogger logger, string function, double seconds, double limit);

    [LoggerMessage(LogLevel.Information, "[HEALTH] healthy - Uptime: {UptimeSeconds}s - Database: {Database}")]
    public static partial void Healthy(this ILogger logger, long uptimeSeconds, string database);

    [LoggerMessage(LogLevel.Warning, "[HEALTH] degraded - {Reasons} - Uptime: {UptimeSeconds}s - Database: {Database}")]
    public static partial void Degraded(this ILogger logger, string reasons, long uptimeSeconds, string database);

    [LoggerMessage(LogLevel.Error, "[HEALTH] unhealthy - {Reasons} - Uptime: {UptimeSeconds}s - Database: {Database}")]
    public static partial void Unhealthy(this ILogger logger, string reasons, long uptimeSeconds, string database);

    [LoggerMessage(LogLevel.Warning, "[HEALTH] paused: {Platform} since {Since:yyyy-MM-ddTHH:mm:ssZ} by {Actor} ({Reason})")]
    private static partial void Paused(ILogger logger, string platform, DateTime since, string actor, string reason);

    [LoggerMessage(LogLevel.Information, "[HEALTH] limited: {Platform} to {PerMinute} posts a minute by {Actor}")]
    private static partial void Limited(ILogger logger, string platform, int perMinute, string actor);

    [LoggerMessage(LogLevel.Error, "A run that a hint began failed in a way that this app does not know; the next hint and the timer go on")]
    public static partial void WakeRunFailed(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Listening failed in a way that this app does not know; it begins again, and until then items are found by polling")]
    public static partial void ListeningFailed(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "Listening on {Host}: an item that is due as it is queued is posted at once")]
    public static partial void HintsHeard(this ILogger logger, string host);

    [LoggerMessage(LogLevel.Warning, "Not listening: {Host} takes LISTEN and delivers nothing, as a transaction pooler does; items are found by polling. Set DATABASE_URL to a direct connection or a session pooler, or Queue__Wake to false.")]
    public static partial void HintsUnheard(this ILogger logger, string host);

    [LoggerMessage(LogLevel.Warning, "Not listening: no connection to {Host}; until it is back items are found by polling")]
    public static partial void HintsLost(this ILogger logger, string host);
}

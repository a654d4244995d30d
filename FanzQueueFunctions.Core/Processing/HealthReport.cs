using System.Globalization;

namespace FanzQueueFunctions.Processing;

public enum HealthStatus
{
    Healthy,

    /// <summary>The queue works, but not as it should.</summary>
    Degraded,

    /// <summary>The database does not answer.</summary>
    Unhealthy,
}

/// <summary>Whether the queue is well, and why not.</summary>
/// <param name="Reasons">Empty when healthy.</param>
public sealed record QueueVerdict(HealthStatus Status, IReadOnlyList<string> Reasons);

/// <summary>How the queue is, and why.</summary>
/// <param name="Reasons">Empty when healthy.</param>
/// <param name="Queue">Null when unhealthy.</param>
public sealed record HealthReport(HealthStatus Status, IReadOnlyList<string> Reasons, QueueHealth? Queue)
{
    /// <summary>A due item that waits longer means that the queue is not keeping up.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The share of the last hour's items that may fail; the document's checklist says 1 %.</summary>
    public const double MostFailures = 0.01;

    /// <summary>Judges the queue's figures.</summary>
    public static HealthReport Of(QueueHealth queue)
    {
        var (status, reasons) = Judge(queue.Stuck, queue.OldestDueSeconds, queue.PostedLastHour, queue.FailedLastHour);
        return new(status, reasons, queue);
    }

    /// <summary>Judges the figures that matter.</summary>
    /// <param name="stuck">How many items are stuck.</param>
    /// <param name="oldestDueSeconds">How long the oldest due item has waited.</param>
    /// <param name="posted">How many items were posted in the last hour.</param>
    /// <param name="failed">How many failed in the last hour.</param>
    public static QueueVerdict Judge(long stuck, long oldestDueSeconds, long posted, long failed)
    {
        List<string> reasons = [];
        if (stuck > 0)
            reasons.Add(stuck == 1 ? "1 item is stuck" : $"{stuck} items are stuck");
        if (oldestDueSeconds > LongestWait.TotalSeconds)
            reasons.Add($"the oldest due item has waited {oldestDueSeconds}s");

        var ended = posted + failed;
        if (failed > MostFailures * ended)
        {
            var share = (100.0 * failed / ended).ToString("0.#", CultureInfo.InvariantCulture);
            reasons.Add($"{share} % of the last hour's posts failed ({failed} of {ended})");
        }

        return new(reasons.Count == 0 ? HealthStatus.Healthy : HealthStatus.Degraded, reasons);
    }

    /// <summary>The database did not answer.</summary>
    public static HealthReport Unanswered(QueueStoreException error) =>
        new(HealthStatus.Unhealthy, [error.Message], Queue: null);
}

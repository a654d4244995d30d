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
        List<string> reasons = [];
        if (queue.Stuck > 0)
            reasons.Add(queue.Stuck == 1 ? "1 item is stuck" : $"{queue.Stuck} items are stuck");
        if (queue.OldestDueSeconds > LongestWait.TotalSeconds)
            reasons.Add($"the oldest due item has waited {queue.OldestDueSeconds}s");

        var ended = queue.PostedLastHour + queue.FailedLastHour;
        if (queue.FailedLastHour > MostFailures * ended)
        {
            var share = (100.0 * queue.FailedLastHour / ended).ToString("0.#", CultureInfo.InvariantCulture);
            reasons.Add($"{share} % of the last hour's posts failed ({queue.FailedLastHour} of {ended})");
        }

        return new HealthReport(reasons.Count == 0 ? HealthStatus.Healthy : HealthStatus.Degraded, reasons, queue);
    }

    /// <summary>The database did not answer.</summary>
    public static HealthReport Unanswered(QueueStoreException error) =>
        new(HealthStatus.Unhealthy, [error.Message], Queue: null);
}

using System.Globalization;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Processing;

public enum HealthStatus
{
    Healthy,

    /// <summary>The queue works, but not as it should.</summary>
    Degraded,

    /// <summary>Nothing is posted: the database does not answer, or no worker works.</summary>
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
        var (status, reasons) = Judge(queue.Stuck, queue.OldestDueSeconds, queue.PostedLastHour, queue.FailedLastHour, queue.Workers);
        return new(status, reasons, queue);
    }

    /// <summary>Judges the figures that matter.</summary>
    /// <param name="stuck">How many items are stuck.</param>
    /// <param name="oldestDueSeconds">How long the oldest due item has waited.</param>
    /// <param name="posted">How many items were posted in the last hour.</param>
    /// <param name="failed">How many failed in the last hour.</param>
    /// <param name="workers">The workers of the last day; null where nothing is known of them.</param>
    public static QueueVerdict Judge(
        long stuck, long oldestDueSeconds, long posted, long failed, IReadOnlyList<WorkerFigures>? workers)
    {
        List<string> reasons = [];
        var isWorked = workers is null || JudgeWorkers(workers, reasons);
        if (stuck > 0)
            reasons.Add($"{Items(stuck)} {(stuck == 1 ? "is" : "are")} stuck");
        if (oldestDueSeconds > LongestWait.TotalSeconds)
            reasons.Add($"the oldest due item has waited {Duration.Of(oldestDueSeconds)}");

        var ended = posted + failed;
        if (failed > MostFailures * ended)
        {
            var share = (100.0 * failed / ended).ToString("0.#", CultureInfo.InvariantCulture);
            reasons.Add($"{share} % of the last hour's posts failed ({Counted.Number(failed)} of {Counted.Number(ended)})");
        }

        return new(
            !isWorked ? HealthStatus.Unhealthy : reasons.Count == 0 ? HealthStatus.Healthy : HealthStatus.Degraded, reasons);
    }

    /// <returns>Whether at least one of them works.</returns>
    private static bool JudgeWorkers(IReadOnlyList<WorkerFigures> workers, List<string> reasons)
    {
        if (workers.All(worker => worker.IsGone))
        {
            reasons.Add(workers is [var last, ..]
                ? $"no worker has reported for {Duration.Of(last.ReportedSeconds)}"
                : "no worker has reported for a day");
            return false;
        }

        var isWorked = false;
        foreach (var worker in workers.Where(worker => !worker.IsGone))
        {
            if (worker.FailedRuns > 0)
                reasons.Add($"worker {worker.Name}: {Runs(worker.FailedRuns)} failed: {worker.Error}");
            else if (worker.IsLate)
                reasons.Add($"worker {worker.Name} has completed no run for {Duration.Of(worker.CompletedSeconds)}");
            else if (worker.Unsettled > 0)
                reasons.Add($"worker {worker.Name} could not settle {Items(worker.Unsettled)}: {worker.Error}");
            // One that failed may pass; three in a row are more than a batch.
            isWorked |= !worker.IsLate && worker.FailedRuns < 3;
        }

        return isWorked;
    }

    private static string Runs(int number) => number == 1 ? "the last run" : $"the last {number} runs";

    private static string Items(long number) => Counted.Of(number, "item");

    /// <summary>The database did not answer.</summary>
    public static HealthReport Unanswered(QueueStoreException error) =>
        new(HealthStatus.Unhealthy, [error.Message], Queue: null);
}

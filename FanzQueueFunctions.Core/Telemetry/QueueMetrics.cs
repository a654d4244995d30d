using System.Diagnostics.Metrics;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Telemetry;

/// <summary>The queue's metrics, on the meter <see cref="MeterName"/>.</summary>
public sealed class QueueMetrics
{
    public const string MeterName = "FanzQueueFunctions";

    private readonly Counter<long> _items;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _batchDuration;
    private readonly Histogram<double> _timeToPost;
    private readonly Gauge<long> _depth;
    private readonly Gauge<long> _oldestDueAge;
    private readonly Gauge<long> _stuck;
    private readonly Gauge<int> _health;
    private readonly Gauge<int> _listening;

    public QueueMetrics(IMeterFactory meterFactory)
    {
        var meter = meterFactory.Create(MeterName);
        _items = meter.CreateCounter<long>("queue.items", "{item}", "Items by outcome and platform.");
        _errors = meter.CreateCounter<long>("queue.errors", "{error}", "Calls to the store that failed, by kind.");
        _batchDuration = meter.CreateHistogram<double>("queue.batch.duration", "s", "Claim and settle together.");
        _timeToPost = meter.CreateHistogram<double>("queue.time_to_post", "s", "From an item's queueing to its post.");
        _depth = meter.CreateGauge<long>("queue.depth", "{item}", "Items that are due.");
        _oldestDueAge = meter.CreateGauge<long>("queue.oldest_due_age", "s", "How long the oldest due item has waited.");
        _stuck = meter.CreateGauge<long>("queue.stuck", "{item}", "Items in processing for too long.");
        _health = meter.CreateGauge<int>("queue.health", description: "0 healthy, 1 degraded, 2 unhealthy.");
        _listening = meter.CreateGauge<int>(
            "queue.listening", description: "1 while the database's hints arrive, 0 while items are found by polling alone.");
    }

    public void ItemSettled(ClaimedItem item, SettledItem result)
    {
        // Whoever queues an item writes the platform: an unknown one must not become a new series.
        var platform = item.PlatformKnown ? item.TargetPlatform : "unknown";
        _items.Add(1, new("outcome", NameOf(result.Outcome)), new("platform", platform));
        if (result.TimeToPostSeconds is { } seconds)
            _timeToPost.Record(seconds, new KeyValuePair<string, object?>("platform", platform));
    }

    public void BatchSettled(TimeSpan duration) => _batchDuration.Record(duration.TotalSeconds);

    public void StoreFailed(QueueStoreError error) =>
        _errors.Add(1, new KeyValuePair<string, object?>("kind", error.ToString()));

    public void QueueRead(QueueHealth queue)
    {
        _depth.Record(queue.Due);
        _oldestDueAge.Record(queue.OldestDueSeconds);
        _stuck.Record(queue.Stuck);
    }

    public void HealthReported(HealthStatus status) => _health.Record((int)status);

    public void HintsHeard(bool heard) => _listening.Record(heard ? 1 : 0);

    private static string NameOf(SettledOutcome outcome) => outcome switch
    {
        SettledOutcome.Posted => "posted",
        SettledOutcome.Retried => "retried",
        SettledOutcome.Failed => "failed",
        SettledOutcome.Lost => "lost",
        _ => "unsettled",
    };
}

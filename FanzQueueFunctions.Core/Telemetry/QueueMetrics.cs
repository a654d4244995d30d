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
    private readonly Counter<long> _loopErrors;

    // An export has what was last seen, and nothing before something was; what is as it was before is in every other one.
    private long? _depth;
    private long? _oldestDueAge;
    private long? _stuck;
    private long? _health;
    private long? _listening;

    // On each point, so that the metrics of several databases are told apart where they come together.
    private readonly KeyValuePair<string, object?> _database;

    /// <param name="database">Null in a process that sends none.</param>
    public QueueMetrics(IMeterFactory meterFactory, DatabaseName? database = null)
    {
        _database = new("database", database?.Text);
        var meter = meterFactory.Create(MeterName);
        _items = meter.CreateCounter<long>("queue.items", "{item}", "Items by outcome and platform.");
        _errors = meter.CreateCounter<long>("queue.errors", "{error}", "Calls to the store that failed, by kind.");
        _batchDuration = meter.CreateHistogram<double>("queue.batch.duration", "s", "Claim and settle together.");
        _timeToPost = meter.CreateHistogram<double>("queue.time_to_post", "s", "From an item's queueing to its post.");
        _loopErrors = meter.CreateCounter<long>(
            "queue.loop_errors", "{error}", "Failures of what runs beside the timers, by loop; each begins again.");
        Observe("queue.depth", "{item}", "Items that are due.", () => _depth);
        Observe("queue.oldest_due_age", "s", "How long the oldest due item has waited.", () => _oldestDueAge);
        Observe("queue.stuck", "{item}", "Items in processing for too long.", () => _stuck);
        Observe("queue.health", null, "0 healthy, 1 degraded, 2 unhealthy.", () => _health);
        Observe(
            "queue.listening",
            null,
            "1 while the database's hints arrive, 0 while items are found by polling alone.",
            () => _listening);

        void Observe(string name, string? unit, string description, Func<long?> last)
        {
            long? sent = null;
            meter.CreateObservableGauge(
                name,
                () =>
                {
                    var value = last();
                    sent = value == sent ? null : value;
                    return sent is { } given ? [new Measurement<long>(given, _database)] : Array.Empty<Measurement<long>>();
                },
                unit,
                description);
        }
    }

    public void ItemSettled(ClaimedItem item, SettledItem result)
    {
        // Whoever queues an item writes the platform: an unknown one must not become a new series.
        var platform = item.PlatformKnown ? item.TargetPlatform : "unknown";
        _items.Add(1, new("outcome", NameOf(result.Outcome)), new("platform", platform), _database);
        if (result.TimeToPostSeconds is { } seconds)
            _timeToPost.Record(seconds, new("platform", platform), _database);
    }

    public void BatchSettled(TimeSpan duration) => _batchDuration.Record(duration.TotalSeconds, _database);

    public void StoreFailed(QueueStoreError error) =>
        _errors.Add(1, new("kind", error.ToString()), _database);

    public void QueueRead(QueueHealth queue)
    {
        _depth = queue.Due;
        _oldestDueAge = queue.OldestDueSeconds;
        _stuck = queue.Stuck;
    }

    public void HealthReported(HealthStatus status) => _health = (long)status;

    public void HintsHeard(bool heard) => _listening = heard ? 1 : 0;

    /// <param name="loop">Which of the loops that run beside the timers.</param>
    public void LoopFailed(string loop) => _loopErrors.Add(1, new("loop", loop), _database);

    private static string NameOf(SettledOutcome outcome) => outcome switch
    {
        SettledOutcome.Posted => "posted",
        SettledOutcome.Retried => "retried",
        SettledOutcome.Failed => "failed",
        SettledOutcome.Lost => "lost",
        _ => "unsettled",
    };
}

namespace FanzQueueFunctions.Processing;

/// <summary>
/// What this worker knows of itself: whether its runs come and complete, when it last posted, and what went wrong last. It is
/// told to the database once a minute and at each heartbeat, where every operator sees it, whichever process they ask.
/// </summary>
public sealed class WorkerState(Schedules schedules, QueueOptions options, TimeProvider time)
{
    /// <summary>The runs that may fail to come, or to complete, before the worker counts as late.</summary>
    private const int MostMissed = 3;

    private const int MostLetters = 300;

    // A run ends its batch in hand after its time: two calls, each repeated.
    private static readonly TimeSpan LongestBatch = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly Moment _started = Moment.Now(time);
    private int _underWay;
    private Moment? _began;
    private Moment? _completed;
    private Moment? _posted;
    private Moment? _failed;
    private string? _error;
    private int _failedRuns;
    private int _unsettled;

    /// <summary>Whether runs begin as the schedule has them, and none hangs. The database is not asked, nor judged.</summary>
    public bool Runs
    {
        get
        {
            lock (_lock)
            {
                var began = _began ?? _started;
                return _underWay > 0
                    ? time.GetElapsedTime(began.Timestamp) < options.MaxRun + LongestBatch
                    : !IsLate(began);
            }
        }
    }

    /// <summary>A run begins.</summary>
    internal void RunBegan()
    {
        lock (_lock)
        {
            if (_underWay++ == 0)
                _began = Moment.Now(time);
        }
    }

    /// <summary>A run has ended.</summary>
    /// <param name="error">What it failed with; null where it did not.</param>
    /// <param name="unsettled">The items that this worker holds and could not settle.</param>
    internal void RunEnded(ProcessedItems processed, string? error, int unsettled)
    {
        lock (_lock)
        {
            _underWay--;
            var now = Moment.Now(time);
            if (processed.Posted > 0)
                _posted = now;
            _unsettled = unsettled;
            if (error is not null)
            {
                _failed = now;
                _error = error.Length > MostLetters ? error[..MostLetters] + "…" : error;
            }

            // Where something was settled, what failed is an item's trouble; where nothing was, it is the worker's.
            if (processed.Settled > 0 || processed.Completed && error is null)
            {
                _completed = now;
                _failedRuns = 0;
            }
            else
            {
                _failedRuns++;
            }
        }
    }

    /// <summary>What the database is told.</summary>
    public WorkerReport Report()
    {
        lock (_lock)
        {
            return new()
            {
                Id = _id,
                Name = Environment.MachineName,
                StartedSecondsAgo = SecondsSince(_started),
                CompletedSecondsAgo = SecondsSince(_completed),
                PostedSecondsAgo = SecondsSince(_posted),
                IsLate = _underWay == 0 && IsLate(_completed ?? _started),
                FailedRuns = _failedRuns,
                Unsettled = _unsettled,
                Error = _error,
                ErrorSecondsAgo = SecondsSince(_failed),
            };
        }
    }

    // By the time that passed, not by the clock, which may be set.
    private bool IsLate(Moment last)
    {
        var due = last.Utc;
        for (var missed = 0; missed < MostMissed; missed++)
            due = schedules.ProcessQueue.After(due);
        return time.GetElapsedTime(last.Timestamp) > due - last.Utc;
    }

    private double SecondsSince(Moment moment) => time.GetElapsedTime(moment.Timestamp).TotalSeconds;

    private double? SecondsSince(Moment? moment) => moment is null ? null : SecondsSince(moment.Value);

    private readonly record struct Moment(DateTimeOffset Utc, long Timestamp)
    {
        public static Moment Now(TimeProvider time) => new(time.GetUtcNow(), time.GetTimestamp());
    }
}

namespace FanzQueueFunctions.Processing;

/// <summary>
/// The queue's figures as the database gives them. Figures of the queue go up to 5,000; those of the last hour and day and the
/// counts by status go beyond. What functions of an older version leave out has its default.
/// </summary>
public sealed record QueueHealth
{
    /// <summary>Items by status, a value of <c>platform_post_status</c>.</summary>
    public IReadOnlyDictionary<string, long> Counts { get => field ?? new Dictionary<string, long>(); init; }

    /// <summary>Whether the counts of settled items are the planner's estimates, as on a large table.</summary>
    public bool CountsEstimated { get; init; }
    public long Due { get; init; }
    public long Scheduled { get; init; }
    public long Stuck { get; init; }

    /// <summary>
    /// How long the oldest due item has waited; 0 where none is due. What waits for a paused platform does not count, and
    /// what waits for a limit counts from when the limit lets it through.
    /// </summary>
    public long OldestDueSeconds { get; init; }
    public long PostedLastHour { get; init; }
    public long FailedLastHour { get; init; }
    public long FailedLastDay { get; init; }

    /// <summary>Over the posts of the last hour; null where there was none.</summary>
    public double? AverageSecondsToPost { get; init; }

    /// <summary>What an operator has paused.</summary>
    public IReadOnlyList<PausedPlatform> Paused { get => field ?? []; init; }

    /// <summary>What an operator has limited.</summary>
    public IReadOnlyList<LimitedPlatform> Limited { get => field ?? []; init; }

    /// <summary>The workers of the last day, the one that reported last first; null from functions that do not know them.</summary>
    public IReadOnlyList<WorkerFigures>? Workers { get; init; }
}

/// <summary>A platform whose items wait until somebody resumes it.</summary>
/// <param name="Platform">A value of <c>platform_cluster</c>, or <c>*</c> for everything.</param>
/// <param name="PausedBy">Who did it.</param>
/// <param name="Reason">Why; null where nobody said.</param>
public sealed record PausedPlatform(string Platform, DateTimeOffset PausedAt, string PausedBy, string? Reason);

/// <summary>A platform that gets so many posts a minute, evenly.</summary>
/// <param name="Platform">A value of <c>platform_cluster</c>.</param>
/// <param name="SetBy">Who did it.</param>
public sealed record LimitedPlatform(string Platform, int PerMinute, DateTimeOffset SetAt, string SetBy);

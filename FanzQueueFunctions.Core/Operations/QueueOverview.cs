using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>The queue at one look. No figure counts further than 10,000 items, what is due no further than 20,000.</summary>
public sealed record QueueOverview
{
    /// <summary>Which database it is, as people call it; see <c>Queue__DatabaseName</c>.</summary>
    public string? Database { get; init; }

    /// <summary>The database's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Items by status.</summary>
    public required StatusCounts Counts { get; init; }
    public required BoundedCount Due { get; init; }

    /// <summary>Queued, and due later.</summary>
    public required BoundedCount Scheduled { get; init; }

    /// <summary>In processing for longer than <c>Queue__StuckAfterMinutes</c>.</summary>
    public required BoundedCount Stuck { get; init; }

    /// <summary>For how long an item is in processing until it counts as stuck.</summary>
    public long StuckAfterSeconds { get; init; }

    /// <summary>Since when it could have been taken: what is paused does not count, what is limited does from its turn on.</summary>
    public DateTimeOffset? OldestDueAt { get; init; }

    /// <summary>How long the oldest due item has waited, counted as <see cref="OldestDueAt"/>; 0 where there is none.</summary>
    public long OldestDueSeconds { get; init; }

    /// <summary>The last 5 minutes, hour and day.</summary>
    public required IReadOnlyList<RecentFigures> Recent { get; init; }

    /// <summary>
    /// From when on until 15 minutes ago figures are missing, because no worker wrote its minute's report; null: none are.
    /// </summary>
    public DateTimeOffset? FiguresMissingFrom { get; init; }

    /// <summary>The hour up to now, a day and a week ago; a day from before the first figure is left out.</summary>
    public required IReadOnlyList<SameHour> SameHour { get; init; }

    /// <summary>Whose items most of what is due are; null where nothing is.</summary>
    public TopCreator? TopCreator { get; init; }
    public required IReadOnlyList<PlatformFigures> Platforms { get; init; }

    /// <summary>What an operator has paused.</summary>
    public required IReadOnlyList<PausedPlatform> Paused { get; init; }

    /// <summary>What an operator has limited.</summary>
    public required IReadOnlyList<LimitedPlatform> Limited { get; init; }

    /// <summary>The workers of the last day, the one that reported last first.</summary>
    public IReadOnlyList<WorkerFigures>? Workers { get; init; }

    /// <summary>When something was last posted, by whichever worker; null where nothing ever was.</summary>
    public DateTimeOffset? LastPostedAt { get; init; }

    /// <summary>Whether it is well, judged as the heartbeat judges it.</summary>
    public QueueVerdict? Health { get; init; }
}

/// <summary>Items by status.</summary>
public sealed record StatusCounts(
    BoundedCount Queued, BoundedCount Processing, BoundedCount Posted, BoundedCount Failed, BoundedCount Cancelled);

/// <summary>A count that goes no further than a limit, and what it is worth.</summary>
public sealed record BoundedCount(long Count, CountPrecision Precision);

public enum CountPrecision
{
    Exact,

    /// <summary>There are as many or more.</summary>
    AtLeast,

    /// <summary>From the planner's statistics.</summary>
    Estimated,
}

/// <summary>What happened in the last so many seconds. Percentiles are at most 5 % off, and null where nothing was posted.</summary>
public sealed record RecentFigures
{
    public required int Seconds { get; init; }
    public long Posted { get; init; }
    public long Failed { get; init; }
    public long Retried { get; init; }
    public double? SecondsToPostP50 { get; init; }
    public double? SecondsToPostP95 { get; init; }
    public double? SecondsToPostP99 { get; init; }
}

/// <summary>What happened in the hour that ended so many days ago, from whole hours by their share.</summary>
public sealed record SameHour(int DaysAgo, long Posted, long Failed);

/// <summary>The creator of most of what is due.</summary>
/// <param name="Count">How many of the oldest due items are theirs.</param>
/// <param name="Among">How many of the oldest due items were looked at, 1,000 at most.</param>
public sealed record TopCreator(Guid CreatorId, string? CreatorName, long Count, long Among);

/// <summary>One platform. Its items in hand are those among the 10,000 that were looked at.</summary>
public sealed record PlatformFigures
{
    /// <summary>As the items name it; what was posted, failed or retried on a name that is no platform counts as unknown.</summary>
    public required string Platform { get; init; }
    public required BoundedCount Due { get; init; }
    public required BoundedCount InHand { get; init; }
    public required BoundedCount Failed { get; init; }
    public long PostedLastDay { get; init; }
    public long FailedLastDay { get; init; }
    public long RetriedLastDay { get; init; }

    /// <summary>Whether the name is a value of <c>platform_cluster</c>; else it can be neither paused nor limited.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Whether its items wait because it, or everything, is paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>How many posts a minute it gets at most; null where it has no limit.</summary>
    public int? PerMinute { get; init; }
}

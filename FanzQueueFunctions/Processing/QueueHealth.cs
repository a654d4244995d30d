namespace FanzQueueFunctions.Processing;

/// <summary>The queue's figures as the database gives them. No figure but the counts by status goes beyond 1,000,000.</summary>
public sealed record QueueHealth
{
    /// <summary>Items by status, a value of <c>platform_post_status</c>.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Whether the counts of settled items are the planner's estimates, as on a large table.</summary>
    public bool CountsEstimated { get; init; }
    public long Due { get; init; }
    public long Scheduled { get; init; }
    public long Stuck { get; init; }

    /// <summary>How long the oldest due item has waited; 0 where none is due.</summary>
    public long OldestDueSeconds { get; init; }
    public long PostedLastHour { get; init; }
    public long FailedLastHour { get; init; }
    public long FailedLastDay { get; init; }

    /// <summary>Over the posts of the last hour; null where there was none.</summary>
    public double? AverageSecondsToPost { get; init; }
}

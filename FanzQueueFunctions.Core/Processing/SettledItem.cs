namespace FanzQueueFunctions.Processing;

/// <summary>How one claimed item ended.</summary>
public sealed record SettledItem
{
    public required Guid ItemId { get; init; }
    public required SettledOutcome Outcome { get; init; }
    public Guid? TargetPostId { get; init; }
    public string? Error { get; init; }

    /// <summary>Of what kept an item unsettled, where the database raised it.</summary>
    public string? Sqlstate { get; init; }

    /// <summary>Whether only what others changed meanwhile kept it unsettled (SQLSTATE class 40): a new transaction sees that.</summary>
    public bool MetOthers => Outcome == SettledOutcome.Unsettled && Sqlstate?.StartsWith("40", StringComparison.Ordinal) is true;

    /// <summary>The retries made, the one now scheduled included.</summary>
    public int RetryCount { get; init; }
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>From the item's queueing to its post, in seconds.</summary>
    public int? TimeToPostSeconds { get; init; }
}

public enum SettledOutcome
{
    Posted,

    /// <summary>Queued again, due later.</summary>
    Retried,
    Failed,

    /// <summary>The claim was taken away before; whoever claims the item next posts it.</summary>
    Lost,

    /// <summary>
    /// Still in hand: its row is locked by another transaction, or the database refuses what would end it. To be claimed
    /// and settled again.
    /// </summary>
    Unsettled,
}

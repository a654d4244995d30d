namespace FanzQueueFunctions.Operations;

/// <summary>Which items an operator means. What is not set is not asked for; nothing set means all.</summary>
public sealed record ItemFilter
{
    /// <summary>A value of <c>platform_post_status</c>.</summary>
    public ItemStatus? Status { get; init; }

    /// <summary>As the items name it, by its first 100 characters. Empty is a name as others are.</summary>
    public string? Platform { get; init; }
    public Guid? CreatorId { get; init; }
    public Guid? OriginalPostId { get; init; }

    /// <summary>A cause as <see cref="FailureCause.Cause"/> gives it.</summary>
    public string? Cause { get; init; }

    /// <summary>A part of the post's title, in capitals or not.</summary>
    public string? Title { get; init; }

    /// <summary>A part of the title or of the error, in capitals or not.</summary>
    public string? Text { get; init; }

    /// <summary>The last eight characters of the item's id, as the log has them.</summary>
    public string? ShortId { get; init; }

    /// <summary>The earliest time, of that which goes with the status: due, started, failed, posted, cancelled, else queued.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The time before which it was.</summary>
    public DateTimeOffset? To { get; init; }
}

public enum ItemStatus
{
    Queued,
    Processing,
    Posted,
    Failed,
    Cancelled,
}

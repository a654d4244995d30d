namespace FanzQueueFunctions.Operations;

/// <summary>A queue item as an operator sees it. A time outside the years 1 to 9999 reads as null.</summary>
public record QueueItem
{
    public required Guid Id { get; init; }

    /// <summary>A value of <c>platform_post_status</c>: one of <see cref="ItemStatus"/>, or what somebody added to the type.</summary>
    public required string Status { get; init; }
    public required string TargetPlatform { get; init; }

    /// <summary>The title that its post has.</summary>
    public string? Title { get; init; }
    public required Guid OriginalPostId { get; init; }
    public required Guid CreatorId { get; init; }
    public string? CreatorName { get; init; }
    public Guid? TargetPostId { get; init; }
    public string? Error { get; init; }

    /// <summary>The error with ids, numbers and quoted values masked.</summary>
    public string? Cause { get; init; }
    public int RetryCount { get; init; }
    public int MaxRetries { get; init; }

    /// <summary>How often it was freed because its worker was gone.</summary>
    public int RescueCount { get; init; }
    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? ScheduledFor { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? ProcessingStartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset? FailedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

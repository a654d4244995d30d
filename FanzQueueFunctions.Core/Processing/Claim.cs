namespace FanzQueueFunctions.Processing;

/// <summary>What one claim took, oldest due first.</summary>
public sealed record Claim
{
    public required IReadOnlyList<ClaimedItem> Items { get; init; }

    /// <summary>How many items of workers that are gone were queued again by this call.</summary>
    public int Rescued { get; init; }

    /// <summary>How many items of workers that are gone were marked failed, their rescues used up.</summary>
    public int GivenUp { get; init; }

    /// <summary>One call frees 1,000 at most (post_queue.rescue): there may be more of them.</summary>
    public bool MayRescueMore => Rescued + GivenUp >= 1000;
}

/// <summary>One queue item in hand, with what is needed to decide and to log.</summary>
public sealed record ClaimedItem
{
    public required Guid Id { get; init; }
    public required Guid CreatorId { get; init; }
    public required string TargetPlatform { get; init; }

    /// <summary>Whether the target platform is a value of <c>platform_cluster</c>.</summary>
    public required bool PlatformKnown { get; init; }
    public string? ModifiedTitle { get; init; }
    public int RetryCount { get; init; }
    public int MaxRetries { get; init; }

    /// <summary>Null where the original is gone.</summary>
    public OriginalPost? Original { get; init; }

    /// <summary>The title that the new post has.</summary>
    public string? Title => ModifiedTitle ?? Original?.Title;
}

/// <summary>What the app sees of an original post; the rest of it never leaves the database.</summary>
public sealed record OriginalPost
{
    public required Guid CreatorId { get; init; }
    public string? Title { get; init; }

    /// <summary>A value of <c>content_status</c>.</summary>
    public string? Status { get; init; }

    /// <summary>A value of <c>moderation_status</c>.</summary>
    public string? ModerationStatus { get; init; }
    public bool IsDeleted { get; init; }
    public bool IsCrosspost { get; init; }
}

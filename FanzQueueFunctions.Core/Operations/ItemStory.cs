namespace FanzQueueFunctions.Operations;

/// <summary>One item with all that belongs to it.</summary>
public sealed record ItemStory
{
    public required ItemDetails Item { get; init; }

    /// <summary>Null where the original is gone.</summary>
    public PostDetails? Original { get; init; }

    /// <summary>What was posted of it; null where nothing was.</summary>
    public PostDetails? Post { get; init; }

    /// <summary>The tries that did not post it, the newest first.</summary>
    public required IReadOnlyList<ItemTry> Tries { get; init; }
}

/// <summary>One try that did not post an item.</summary>
public sealed record ItemTry
{
    public required DateTimeOffset TriedAt { get; init; }

    /// <summary>The run that tried; null where an item in processing belonged to none.</summary>
    public Guid? ClaimId { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public required TryOutcome Outcome { get; init; }
    public string? Error { get; init; }

    /// <summary>When it was to be tried again.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}

public enum TryOutcome
{
    /// <summary>Queued again, due later.</summary>
    Retried,
    Failed,

    /// <summary>Queued again, because its worker was gone.</summary>
    Rescued,

    /// <summary>Failed, because its workers stopped too often.</summary>
    GivenUp,
}

/// <summary>A queue item whole: its row, and what its post says other than its original.</summary>
public sealed record ItemDetails : QueueItem
{
    /// <summary>The run that took it last.</summary>
    public Guid? ClaimId { get; init; }
    public string? ModifiedTitle { get; init; }
    public string? ModifiedCaption { get; init; }
    public IReadOnlyList<string?>? ModifiedHashtags { get; init; }
    public bool AddPlatformWatermark { get; init; }
}

/// <summary>A post: the original, or what was posted of it. Long texts are cut at 20,000 characters.</summary>
public sealed record PostDetails
{
    public required Guid Id { get; init; }
    public required string Cluster { get; init; }
    public string? Title { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<string?>? Tags { get; init; }
    public required string ContentType { get; init; }
    public decimal? Price { get; init; }
    public bool? IsPpv { get; init; }
    public bool? IsSubscriberOnly { get; init; }
    public bool? AdultContent { get; init; }
    public bool WatermarkEnabled { get; init; }
    public string? Status { get; init; }
    public string? ModerationStatus { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
}

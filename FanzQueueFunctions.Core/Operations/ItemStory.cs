using FanzQueueFunctions.Processing;

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

    /// <summary>What operators did with it, the newest 20 first.</summary>
    public required IReadOnlyList<ItemDeed> Deeds { get; init; }

    /// <summary>What holds it up; null where it is not queued.</summary>
    public ItemWaits? Waits { get; init; }
}

/// <summary>A change of an operator's that touched an item.</summary>
/// <param name="StatusBefore">What the item was before, as <see cref="QueueItem.Status"/>.</param>
public sealed record ItemDeed(
    DateTimeOffset At, RecordedVerb Verb, string Actor, string? Reason, string StatusBefore, string IdempotencyKey);

/// <summary>What holds a queued item up.</summary>
/// <param name="Paused">The pause that keeps it: its platform's, else that of everything; null where it is not paused.</param>
/// <param name="PerMinute">Its platform's limit; null where there is none.</param>
/// <param name="Ahead">How many items of its platform are due before it, exact to 10,000.</param>
public sealed record ItemWaits(PausedPlatform? Paused, int? PerMinute, BoundedCount Ahead);

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

namespace FanzQueueFunctions.Chaos;

/// <summary>One queue item and its story.</summary>
internal sealed record Item
{
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public required Guid OriginalPostId { get; init; }

    /// <summary>Null: the original's.</summary>
    public Guid? CreatorId { get; init; }
    public required string TargetPlatform { get; init; }
    public string? ModifiedTitle { get; init; }
    public string? ModifiedCaption { get; init; }
    public IReadOnlyList<string>? ModifiedHashtags { get; init; }
    public bool AddPlatformWatermark { get; init; }

    /// <summary>Null: not scheduled.</summary>
    public double? DelaySeconds { get; init; }

    /// <summary>As PostgreSQL reads a timestamp.</summary>
    public string QueuedAt { get; init; } = "now";
    public int RetryCount { get; init; }
    public int MaxRetries { get; init; } = 3;

    /// <summary>What its error must say, as a LIKE pattern; null: it is to be posted.</summary>
    public string? Refusal { get; init; }

    /// <summary>How many times the database refuses its post, in a way that may pass.</summary>
    public int Failures { get; init; }
    public string Sqlstate { get; init; } = "40001";
}

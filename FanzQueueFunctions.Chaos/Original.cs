namespace FanzQueueFunctions.Chaos;

/// <summary>One original post, named as the columns of <c>content_posts</c> are.</summary>
internal sealed record Original
{
    public required Guid Id { get; init; }
    public required Guid CreatorId { get; init; }
    public required string Cluster { get; init; }
    public string? Title { get; init; }
    public string? Description { get; init; }
    public required string ContentType { get; init; }
    public string? ContentUrl { get; init; }
    public string? ThumbnailUrl { get; init; }
    public decimal? Price { get; init; }
    public bool? IsPpv { get; init; }
    public bool? IsSubscriberOnly { get; init; }
    public string Status { get; init; } = "published";
    public string ModerationStatus { get; init; } = "approved";
    public int ViewCount { get; init; } = 11;
    public int LikeCount { get; init; } = 12;
    public int? Duration { get; init; }
    public long? FileSize { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public bool? AdultContent { get; init; }
    public DateTime? DeletedAt { get; init; }
    public bool IsCrosspost { get; init; }
    public bool WatermarkEnabled { get; init; }
}

namespace FanzQueueFunctions.Processing;

/// <summary>What the app decided for one claimed item: a patch to post with, a refusal, or an obstacle.</summary>
public sealed record ItemOutcome
{
    public required Guid ItemId { get; init; }
    public PostPatch? Patch { get; init; }

    /// <summary>A sentence that says why the item cannot be posted, ever.</summary>
    public string? Refusal { get; init; }

    /// <summary>
    /// A sentence that says why the item could not be posted now: without a look at its original it is tried again, or
    /// fails when the retries are used up.
    /// </summary>
    public string? Obstacle { get; init; }

    /// <summary>How long to wait if posting fails in a way that may pass; null when the retries are used up.</summary>
    public long? RetryInSeconds { get; init; }
}

/// <summary>
/// What the new post says other than its original. The database lays it over the original's row, together with the
/// item's own caption and hashtags.
/// </summary>
public sealed record PostPatch
{
    public required string Cluster { get; init; }

    /// <summary>Null: as the original.</summary>
    public string? Title { get; init; }
    public required bool WatermarkEnabled { get; init; }
}

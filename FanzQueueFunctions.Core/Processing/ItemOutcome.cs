namespace FanzQueueFunctions.Processing;

/// <summary>What the app decided for one claimed item: a platform to post it on, a refusal, or an obstacle.</summary>
public sealed record ItemOutcome
{
    public required Guid ItemId { get; init; }

    /// <summary>The platform that its post is for.</summary>
    public string? Cluster { get; init; }

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

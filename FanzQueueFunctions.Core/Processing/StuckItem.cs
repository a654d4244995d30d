namespace FanzQueueFunctions.Processing;

/// <summary>An item that was in processing for too long.</summary>
/// <param name="ProcessingStartedAt">Null where the row has no start time.</param>
public sealed record StuckItem(Guid Id, string TargetPlatform, DateTimeOffset? ProcessingStartedAt)
{
    /// <summary>As many are reset in one call at most (post_queue_reset_stuck).</summary>
    public const int Most = 10_000;

    /// <summary>Whether there may be more than the call gave.</summary>
    public static bool MayBeMore(IReadOnlyList<StuckItem> given) => given.Count >= Most;
}

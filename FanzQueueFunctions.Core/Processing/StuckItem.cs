namespace FanzQueueFunctions.Processing;

/// <summary>An item that was in processing for too long.</summary>
/// <param name="ProcessingStartedAt">Null where the row has no start time.</param>
public sealed record StuckItem(Guid Id, string TargetPlatform, DateTimeOffset? ProcessingStartedAt);

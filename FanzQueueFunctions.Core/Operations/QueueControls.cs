using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>What is held back after a pause, a resume or a limit, and whether that order changed it.</summary>
public sealed record QueueControls
{
    public required IReadOnlyList<PausedPlatform> Paused { get; init; }
    public required IReadOnlyList<LimitedPlatform> Limited { get; init; }

    /// <summary>False where it was as it was to be already. In a dry run, whether the order would change it.</summary>
    public bool Changed { get; init; }
    public bool DryRun { get; init; }

    /// <summary>The key belongs to another order, and nothing was done.</summary>
    public bool Conflict { get; init; }
}

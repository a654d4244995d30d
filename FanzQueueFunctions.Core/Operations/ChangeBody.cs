namespace FanzQueueFunctions.Operations;

/// <summary>What a change is asked for with: either ids or a filter.</summary>
public sealed record ChangeBody
{
    public IReadOnlyList<Guid>? Ids { get; init; }
    public ItemFilter? Filter { get; init; }

    /// <summary>Null for <see cref="ChangeOrder.DefaultLimit"/>.</summary>
    public int? Limit { get; init; }
    public bool DryRun { get; init; }
    public string? Reason { get; init; }
}

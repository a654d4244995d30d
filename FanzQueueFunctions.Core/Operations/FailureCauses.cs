namespace FanzQueueFunctions.Operations;

/// <summary>The failed items by cause, the newest cause first.</summary>
/// <param name="IsWhole">False where there are more than 100 causes, of which the rest is left out.</param>
public sealed record FailureCauses(IReadOnlyList<FailureCause> Causes, bool IsWhole);

/// <summary>What failed items with the same cause have in common.</summary>
public sealed record FailureCause
{
    /// <summary>The error with ids, numbers and quoted values masked: what a filter takes.</summary>
    public required string Cause { get; init; }
    public required long Count { get; init; }

    /// <summary>False where there are more than <see cref="Count"/>.</summary>
    public required bool IsExact { get; init; }
    public DateTimeOffset? FirstFailedAt { get; init; }
    public DateTimeOffset? LastFailedAt { get; init; }

    /// <summary>Those of the newest 200 items.</summary>
    public required IReadOnlyList<string> Platforms { get; init; }

    /// <summary>How many creators the newest 200 items have.</summary>
    public int Creators { get; init; }

    /// <summary>The newest item's error as it is.</summary>
    public string? Example { get; init; }
    public Guid? ExampleItemId { get; init; }
}

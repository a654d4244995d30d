namespace FanzQueueFunctions.Operations;

/// <summary>The failed items by cause: what fails most right now first, then the cause that failed last.</summary>
/// <param name="IsWhole">False where there are more than 100 causes, of which those are left out that failed longest ago.</param>
/// <param name="LineFrom">Where the first part of each <see cref="FailureCause.Line"/> begins.</param>
public sealed record FailureCauses(
    IReadOnlyList<FailureCause> Causes, bool IsWhole, DateTimeOffset LineFrom, int LineBucketSeconds);

/// <summary>What failed items with the same cause have in common.</summary>
public sealed record FailureCause
{
    /// <summary>The error with ids, numbers and quoted values masked: what a filter takes.</summary>
    public required string Cause { get; init; }

    /// <summary>How many are failed still: exact to 10,000, but of all causes together no more than 20,000 are counted.</summary>
    public required long Count { get; init; }

    /// <summary>False where there are more than <see cref="Count"/>.</summary>
    public required bool IsExact { get; init; }

    /// <summary>How many tries ended with it as failed in the last ten minutes; what is not rolled up yet is counted up to a number.</summary>
    public long LastTenMinutes { get; init; }

    /// <summary>False where there were more than <see cref="LastTenMinutes"/>.</summary>
    public bool LastTenMinutesIsExact { get; init; } = true;

    /// <summary>Whether its newest items, 200 at most, failed at once, with retries left: the same retry mends none of them.</summary>
    public bool IsFinal { get; init; }

    /// <summary>How many tries failed for it in each part of the time, from the figures that were rolled up.</summary>
    public required IReadOnlyList<long> Line { get; init; }
    public DateTimeOffset? FirstFailedAt { get; init; }
    public DateTimeOffset? LastFailedAt { get; init; }

    /// <summary>Those of its newest items, 200 at most.</summary>
    public required IReadOnlyList<string> Platforms { get; init; }

    /// <summary>How many creators its newest items have, 200 at most.</summary>
    public int Creators { get; init; }

    /// <summary>The newest item's error as it is.</summary>
    public string? Example { get; init; }
    public Guid? ExampleItemId { get; init; }
}

namespace FanzQueueFunctions.Processing;

/// <summary>What a worker tells the database of itself. Ages in place of times: the database's clock is the one clock.</summary>
public sealed record WorkerReport
{
    /// <summary>Of this process; another start is another worker.</summary>
    public required Guid Id { get; init; }

    /// <summary>The machine's.</summary>
    public required string Name { get; init; }
    public double StartedSecondsAgo { get; init; }

    /// <summary>Since its last run that the store did not fail; null before the first.</summary>
    public double? CompletedSecondsAgo { get; init; }

    /// <summary>Since it last posted; null before it did.</summary>
    public double? PostedSecondsAgo { get; init; }

    /// <summary>Whether three times of its schedule have passed without a run.</summary>
    public bool IsLate { get; init; }

    /// <summary>The runs in a row that failed.</summary>
    public int FailedRuns { get; init; }

    /// <summary>The items that it holds and could not settle.</summary>
    public int Unsettled { get; init; }

    /// <summary>What went wrong last; null where nothing did.</summary>
    public string? Error { get; init; }
    public double? ErrorSecondsAgo { get; init; }
}

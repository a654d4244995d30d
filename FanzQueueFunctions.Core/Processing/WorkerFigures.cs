namespace FanzQueueFunctions.Processing;

/// <summary>A worker as it told the database of itself, by the database's clock. It does so once a minute.</summary>
public sealed record WorkerFigures
{
    /// <summary>The machine's.</summary>
    public required string Name { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset ReportedAt { get; init; }

    /// <summary>Seconds since <see cref="ReportedAt"/>.</summary>
    public long ReportedSeconds { get; init; }

    /// <summary>Whether it has said nothing for over three minutes.</summary>
    public bool IsGone { get; init; }

    /// <summary>Its last run that the store did not fail; null before the first.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Seconds since <see cref="CompletedAt"/>, or since its start.</summary>
    public long CompletedSeconds { get; init; }

    /// <summary>When it last posted; null before it did.</summary>
    public DateTimeOffset? PostedAt { get; init; }

    /// <summary>Whether three times of its schedule had passed without a run.</summary>
    public bool IsLate { get; init; }

    /// <summary>The runs in a row that failed.</summary>
    public int FailedRuns { get; init; }

    /// <summary>The items that it holds and could not settle.</summary>
    public int Unsettled { get; init; }

    /// <summary>What went wrong last; null where nothing did.</summary>
    public string? Error { get; init; }
    public DateTimeOffset? ErrorAt { get; init; }
}

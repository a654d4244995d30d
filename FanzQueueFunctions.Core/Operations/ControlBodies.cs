namespace FanzQueueFunctions.Operations;

/// <summary>What a pause or a resume is asked for with.</summary>
public sealed record PauseBody
{
    /// <summary>Null or <c>*</c> for everything. It must be said: what is left out would pause everything.</summary>
    public required string? Platform { get; init; }
    public string? Reason { get; init; }
    public bool DryRun { get; init; }
}

/// <summary>What a limit is asked for with.</summary>
public sealed record LimitBody
{
    public required string Platform { get; init; }

    /// <summary>Null for no limit any more. It must be said: what is left out would take the limit off.</summary>
    public required int? PerMinute { get; init; }
    public string? Reason { get; init; }
    public bool DryRun { get; init; }
}

/// <summary>What an undo is asked for with.</summary>
public sealed record UndoBody
{
    /// <summary>The idempotency key of the cancel.</summary>
    public required string Of { get; init; }
    public string? Reason { get; init; }
    public bool DryRun { get; init; }
}

/// <summary>What a reset of stuck items is asked for with.</summary>
public sealed record ResetBody
{
    /// <summary>1 to 10080; null for 5.</summary>
    public int? OlderThanMinutes { get; init; }
    public string? Reason { get; init; }
    public bool DryRun { get; init; }
}

namespace FanzQueueFunctions.Operations;

/// <summary>A pause, a resume or a limit that somebody asks for.</summary>
public sealed record ControlOrder
{
    /// <summary>As a platform: all of them.</summary>
    public const string Everything = "*";

    /// <summary>The most posts a minute that a limit can be.</summary>
    public const int MostPerMinute = 60_000;

    public required ControlVerb Verb { get; init; }

    /// <summary>A value of <c>platform_cluster</c>; <see cref="Everything"/> for a pause or a resume of everything.</summary>
    public required string Platform { get; init; }

    /// <summary>A limit's posts a minute, 1 to <see cref="MostPerMinute"/>; null takes the limit off.</summary>
    public int? PerMinute { get; init; }

    /// <summary>Whose order it is, for the record.</summary>
    public required string Actor { get; init; }

    /// <summary>New for each order. An order that is repeated under its key is done once.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Why, in the operator's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Only tells whether it would change anything.</summary>
    public bool DryRun { get; init; }
}

public enum ControlVerb
{
    /// <summary>The items of a platform wait from the next claim on; what is in hand is posted.</summary>
    Pause,

    /// <summary>Ends a pause.</summary>
    Resume,

    /// <summary>A platform gets so many posts a minute, evenly.</summary>
    Limit,
}

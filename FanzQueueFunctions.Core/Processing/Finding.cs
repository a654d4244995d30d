using System.Text.Json.Serialization;

namespace FanzQueueFunctions.Processing;

/// <summary>One thing that the check of the database found: a row of <c>post_queue_check()</c>.</summary>
public sealed record Finding
{
    public required FindingLevel Level { get; init; }

    /// <summary>What is so.</summary>
    public required string What { get; init; }

    /// <summary>What follows from it; null where all is well.</summary>
    public string? Follows { get; init; }

    /// <summary>What to do about it; null where there is nothing to do.</summary>
    public string? Advice { get; init; }
}

public enum FindingLevel
{
    /// <summary>It was looked at and is as it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works; an operator should know of it.</summary>
    [JsonStringEnumMemberName("note")]
    Note,

    /// <summary>It works, but not well or not safely.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>No item can be posted: the worker refuses to run.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

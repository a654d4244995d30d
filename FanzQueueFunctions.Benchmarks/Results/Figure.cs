using System.Text.Json.Serialization;

namespace FanzQueueFunctions.Benchmarks.Results;

/// <summary>One measured figure, and where there is something to compare with, its ratio to that.</summary>
internal sealed record Figure
{
    public required string Section { get; init; }
    public required string Name { get; init; }
    public required double Value { get; init; }
    public required string Unit { get; init; }

    /// <summary>What <see cref="Ratio"/> is taken against, measured in the same run by turns.</summary>
    public string? ComparedWith { get; init; }
    public double? Ratio { get; init; }

    /// <summary>What the figure should reach, in words; null where there is no goal.</summary>
    public string? Goal { get; init; }
    public bool? GoalMet { get; init; }

    /// <summary>The rounds' own values.</summary>
    public IReadOnlyList<double> Samples { get; init; } = [];

    [JsonIgnore]
    public string Key => $"{Section}: {Name} ({Unit})";
}

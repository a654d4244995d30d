namespace FanzQueueFunctions.Benchmarks.Results;

/// <summary>One figure that two runs have in common: its value, or its ratio where it was measured against something.</summary>
internal sealed record Comparison(string Name, double Before, double After)
{
    public static IReadOnlyList<Comparison> Of(ResultFile before, ResultFile after)
    {
        var later = after.Figures.ToDictionary(figure => figure.Key);
        return
        [
            .. before.Figures
                .Where(figure => later.ContainsKey(figure.Key))
                .SelectMany(figure => Compare(figure, later[figure.Key])),
        ];
    }

    private static IEnumerable<Comparison> Compare(Figure before, Figure after)
    {
        yield return new(before.Key, before.Value, after.Value);
        // The one to trust where the machine was not quiet.
        if (before.Ratio is { } ratioBefore && after.Ratio is { } ratioAfter)
            yield return new($"  of {before.ComparedWith}", ratioBefore, ratioAfter);
    }
}

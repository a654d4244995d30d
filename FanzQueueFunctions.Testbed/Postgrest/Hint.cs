namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>Which function a caller may have meant who named one that does not exist.</summary>
/// <remarks>PostgREST searches by trigrams, this by edit distance: near misses agree, far ones may not.</remarks>
internal static class Hint
{
    // PostgREST's own thresholds.
    private const double NameThreshold = 0.75;
    private const double ParametersThreshold = 0.33;

    public static string? For(
        string schema, string name, IReadOnlySet<string> arguments, ILookup<string, Routine> routines)
    {
        if (!routines.Contains(name))
            return Sentence(schema, Nearest(name, routines.Select(routine => routine.Key), NameThreshold));
        if (arguments.Count is 0)
            return null;
        var parameters = Nearest(List(arguments),
            routines[name].Select(routine => List(routine.Parameters.Select(parameter => parameter.Name))),
            ParametersThreshold);
        return Sentence(schema, parameters is null ? null : name + parameters);
    }

    /// <summary>Names as PostgREST lists them: sorted, in parentheses.</summary>
    public static string List(IEnumerable<string> names) =>
        $"({string.Join(", ", names.Order(StringComparer.Ordinal))})";

    private static string? Sentence(string schema, string? meant) =>
        meant is null ? null : $"Perhaps you meant to call the function {schema}.{meant}";

    private static string? Nearest(string wanted, IEnumerable<string> candidates, double threshold)
    {
        var nearest = candidates.MaxBy(candidate => Similarity(wanted, candidate));
        return nearest is not null && Similarity(wanted, nearest) >= threshold ? nearest : null;
    }

    // 1 less the edit distance (Levenshtein) as a share of the longer one's length.
    private static double Similarity(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
            {
                var substituted = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(substituted, Math.Min(row[j], diagonal) + 1);
            }
        }
        return 1.0 - (double)row[^1] / Math.Max(1, Math.Max(a.Length, b.Length));
    }
}

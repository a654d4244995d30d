using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Chaos;

/// <summary>The tables at the end: faults by kind, items by story and fate, steps, checks.</summary>
internal static class Report
{
    private static readonly string[] Fates = ["posted", "failed", "cancelled", "queued", "gone"];

    public static void Faults(TextWriter to, Tally tally)
    {
        to.WriteLine();
        to.WriteLine($"{"fault",-34}{"times",8}{"touched",10}");
        foreach (var (fault, times, touched) in tally.Counts)
            to.WriteLine($"{fault,-34}{times,8}{touched,10}");
    }

    public static async Task ItemsAsync(TextWriter to, TestDatabase database)
    {
        var rows = await database.RowsAsync("select kind, fate, count(*) from chaos.fate group by kind, fate");
        to.WriteLine();
        to.WriteLine($"{"items",-34}{string.Concat(Fates.Select(fate => $"{fate,10}"))}");
        foreach (var kind in rows.GroupBy(row => (string)row[0]!).OrderBy(kind => kind.Key, StringComparer.Ordinal))
            to.WriteLine($"{kind.Key,-34}{Counts(kind)}");
        to.WriteLine($"{"all",-34}{Counts(rows)}");

        var steps = await database.RowsAsync("select step, count(*) from chaos.step group by step order by count(*) desc");
        to.WriteLine();
        to.WriteLine($"steps: {string.Join(", ", steps.Select(step => $"{step[1]} {step[0]}"))}");
    }

    /// <returns>Whether all of them hold.</returns>
    public static bool Checks(TextWriter to, IReadOnlyList<CheckResult> results)
    {
        to.WriteLine();
        to.WriteLine($"{"",-6}{"looked at",10}{"broken",8}  check");
        foreach (var result in results)
        {
            var verdict = result.Broken > 0 ? "FAIL" : result.LookedAt == 0 ? "-" : "ok";
            to.WriteLine($"{verdict,-6}{result.LookedAt,10}{result.Broken,8}  {result.Name}");
            foreach (var example in result.Examples)
                to.WriteLine($"{"",26}  {example.ReplaceLineEndings(" ")}");
        }

        var broken = results.Count(result => result.Broken > 0);
        to.WriteLine();
        to.WriteLine(broken == 0 ? "Nothing lost, nothing twice." : $"{broken} of {results.Count} checks do not hold.");
        return broken == 0;
    }

    private static string Counts(IEnumerable<object?[]> rows)
    {
        var counts = rows.ToLookup(row => (string)row[1]!, row => (long)row[2]!);
        return string.Concat(Fates.Select(fate => $"{counts[fate].Sum(),10}"));
    }
}

using System.Globalization;

namespace FanzQueueFunctions.Benchmarks.Results;

/// <summary>Figures as people read them.</summary>
internal static class Table
{
    public static void Print(ResultFile results)
    {
        foreach (var (name, value) in results.Machine)
            Console.WriteLine($"{name,-36} {value}");
        var width = results.Figures.Max(figure => figure.Name.Length);
        foreach (var section in results.Figures.GroupBy(figure => figure.Section))
        {
            Console.WriteLine();
            Console.WriteLine(section.Key);
            foreach (var figure in section)
                Console.WriteLine(
                    $"  {figure.Name.PadRight(width)} {Number(figure.Value),10} {figure.Unit,-8}" + Compared(figure) + Goal(figure));
        }
    }

    public static void Print(IReadOnlyList<Comparison> comparisons)
    {
        var width = comparisons.Max(comparison => comparison.Name.Length);
        Console.WriteLine($"{"".PadRight(width)} {"before",10} {"after",10} {"after/before",13}");
        foreach (var comparison in comparisons)
            Console.WriteLine(
                $"{comparison.Name.PadRight(width)} {Number(comparison.Before),10} {Number(comparison.After),10} " +
                $"{Ratio(comparison.After / comparison.Before),13}");
    }

    private static string Compared(Figure figure) =>
        figure.Ratio is { } ratio ? $"  {Ratio(ratio)} of {figure.ComparedWith}" : "";

    private static string Goal(Figure figure) =>
        figure.Goal is null ? "" : $"  [goal {figure.Goal}: {(figure.GoalMet == true ? "met" : "MISSED")}]";

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}

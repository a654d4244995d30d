using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Spectre.Console;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The findings of the check for people: the level in front, the sentences beside it, a count at the end.</summary>
internal static class FindingTable
{
    private const int Narrowest = 80;
    private const int Widest = 120;

    public static void Write(this IAnsiConsole console, DatabaseName database, IReadOnlyList<Finding> findings)
    {
        console.Profile.Width = Math.Clamp(console.Profile.Width, Narrowest, Widest);
        console.WriteLine($"Database: {OneLine.Of(database.Text)}");
        console.WriteLine();
        var table = new Grid()
            .AddColumn(new GridColumn().NoWrap().Padding(0, 0, 2, 0))
            .AddColumn(new GridColumn().Padding(0, 0));
        foreach (var finding in findings)
        {
            string?[] lines = [finding.What, finding.Follows, finding.Advice];
            table.AddRow(
                new Text(Name(finding.Level), StyleOf(finding.Level)),
                new Text(string.Join('\n', lines.OfType<string>().Select(Unprintable.Escaped))));
            if (finding.Level != FindingLevel.Ok)
                table.AddEmptyRow();
        }

        console.Write(table);
        if (findings is [.., { Level: FindingLevel.Ok }])
            console.WriteLine();
        console.WriteLine(
            $"{Count(findings, FindingLevel.Error, "error")}, {Count(findings, FindingLevel.Warning, "warning")}, " +
            $"{Count(findings, FindingLevel.Note, "note")}");
    }

    private static string Count(IReadOnlyList<Finding> findings, FindingLevel level, string name)
    {
        var count = findings.Count(finding => finding.Level == level);
        return count == 1 ? $"1 {name}" : $"{count} {name}s";
    }

    private static string Name(FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok",
        FindingLevel.Note => "note",
        FindingLevel.Warning => "warning",
        _ => "error",
    };

    private static Style StyleOf(FindingLevel level) => level switch
    {
        FindingLevel.Ok => new(Color.Green),
        FindingLevel.Note => new(Color.Blue),
        FindingLevel.Warning => new(Color.Yellow),
        _ => new(Color.Red),
    };
}

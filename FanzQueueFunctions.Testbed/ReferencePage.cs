using System.Text;

namespace FanzQueueFunctions.Testbed;

/// <summary>A page of <c>docs/reference</c>, which is made of the code, never by hand.</summary>
public static class ReferencePage
{
    /// <summary>Compares the page with what the code makes of it now, and writes it anew where they differ.</summary>
    /// <param name="name">Its file's name in <c>docs/reference</c>, such as <c>log.md</c>.</param>
    /// <param name="madeOf">What it is made of, for the reader.</param>
    /// <param name="body">What stands below its heading.</param>
    /// <returns>What to do, where they differed; null where they are the same.</returns>
    public static async Task<string?> HoldAsync(string name, string heading, string madeOf, string body)
    {
        var file = Path.Combine(RepositoryFolder.Path, "docs", "reference", name);
        var text = $"# {heading}\n\nMade of {madeOf} by a test, which writes it anew; not changed by hand.\n\n{body.TrimEnd()}\n";
        if (File.Exists(file) && (await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n") == text)
            return null;

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text);
        return $"docs/reference/{name} was not what the code says. It was written anew: look at what changed, and commit it.";
    }

    /// <summary>A table; no cell of it may break it.</summary>
    /// <param name="rows">The head, and what stands below it.</param>
    public static string Table(params IEnumerable<string[]> rows)
    {
        var table = new StringBuilder();
        foreach (var (place, row) in rows.Index())
        {
            table.Append("| ").AppendJoin(" | ", row.Select(cell => cell.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal)))
                .Append(" |\n");
            if (place == 0)
                table.Append("| ").AppendJoin(" | ", row.Select(_ => "---")).Append(" |\n");
        }

        return table.ToString();
    }
}

using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>A link from one document to another leads to a file that is there, and to a heading in it; no table is broken in two.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Folders = ["", "docs", "docs/runbooks", "docs/reference", "supabase", "supabase/releases"];

    [Fact]
    public void Every_link_between_documents_leads_to_a_file_and_a_heading_that_are_there()
    {
        var lost = Documents()
            .SelectMany(document => Link().Matches(File.ReadAllText(document)).Select(link => (document, target: link.Groups[1].Value)))
            .Where(link => !link.target.Contains("://", StringComparison.Ordinal) && !IsThere(link.document, link.target))
            .Select(link => $"{Path.GetRelativePath(RepositoryFolder.Path, link.document)}: {link.target}");

        Assert.Empty(lost);
    }

    [Fact]
    public void No_table_of_a_document_is_broken_by_a_blank_line() =>
        Assert.Empty(Documents()
            .Where(document => BrokenTable().IsMatch(File.ReadAllText(document).ReplaceLineEndings("\n")))
            .Select(document => Path.GetRelativePath(RepositoryFolder.Path, document)));

    private static bool IsThere(string document, string target)
    {
        var parts = target.Split('#');
        var file = parts[0].Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, parts[0]));
        return parts.Length == 1
            ? File.Exists(file) || Directory.Exists(file)
            : File.Exists(file) && Heading().Matches(File.ReadAllText(file)).Any(heading => AnchorOf(heading.Groups[1].Value) == parts[1]);
    }

    // As GitHub makes it.
    private static string AnchorOf(string heading) =>
        NotInAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static IEnumerable<string> Documents() => Folders.SelectMany(
        folder => Directory.GetFiles(Path.Combine(RepositoryFolder.Path, folder), "*.md"));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    // Rows, nothing, and a row that no line of dashes follows.
    [GeneratedRegex(@"^\|.*\n\n\|.*\n(?!\| *:?-)", RegexOptions.Multiline)]
    private static partial Regex BrokenTable();
}

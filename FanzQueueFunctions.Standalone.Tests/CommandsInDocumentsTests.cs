using System.Diagnostics;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>
/// The shell commands that the documents show: those of the program and of psql are run as they are printed, each document on a
/// database of its own; every other stands in docs/commands-not-run.md with what shows it, or why nothing does.
/// </summary>
public sealed partial class CommandsInDocumentsTests(PostgresFixture postgres)
{
    private static readonly string[] Folders = ["", "docs", "docs/runbooks"];

    private static readonly (string Command, string Why)[] NotRun =
        [.. Row().Matches(Read("docs/commands-not-run.md")).Select(row => (row.Groups["command"].Value, row.Groups["why"].Value.Trim()))];

    public static TheoryData<string> Documents => new(
        Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(RepositoryFolder.Path, folder), "*.md"))
            .Select(file => Path.GetRelativePath(RepositoryFolder.Path, file))
            .Where(document => CommandsOf(document).Exists(IsRunHere))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task The_commands_of_a_document_run_as_printed(string document)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var name = await database.ScalarAsync<string>("select current_database()::text");
        var folder = Directory.CreateTempSubdirectory("fanz-commands-").FullName;
        Directory.CreateSymbolicLink(Path.Combine(folder, "supabase"), Path.Combine(RepositoryFolder.Path, "supabase"));
        try
        {
            var script = new StringWriter { NewLine = "\n" };
            await script.WriteLineAsync(
                $$"""
                set -eu
                export PATH="{{await PostgresServer.FetchAsync()}}:$PATH"
                export DATABASE_URL="postgres://postgres@127.0.0.1:{{postgres.Server.Port}}/{{name}}"
                program() { dotnet "{{AppProgram.ProgramOf("FanzQueueFunctions.Standalone")}}" "$@" </dev/null; }
                queue() { program queue "$@"; }
                check() { program check "$@"; }
                """);
            foreach (var command in CommandsOf(document).Where(IsRunHere))
                await script.WriteLineAsync(Program().Replace(command, "program"));

            var (exitCode, printed) = await RunAsync(folder, script.ToString());

            Assert.True(exitCode == 0, $"exit code {exitCode}: {printed}\n{script}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_other_command_stands_in_the_list_with_what_shows_it_or_why_nothing_does()
    {
        var others = Folders
            .SelectMany(folder => Directory.GetFiles(Path.Combine(RepositoryFolder.Path, folder), "*.md"))
            .Select(file => Path.GetRelativePath(RepositoryFolder.Path, file))
            .SelectMany(document => CommandsOf(document).Where(command => !IsRunHere(command)).Select(command => (document, command)))
            .ToList();

        Assert.Empty(others.Where(one => !NotRun.Any(row => Is(one.command, row.Command)))
            .Select(one => $"{one.document}: {one.command}"));
        Assert.Empty(NotRun.Where(row => !others.Exists(one => Is(one.command, row.Command))).Select(row => row.Command));
        Assert.All(NotRun, row => Assert.NotEqual("", row.Why));
    }

    private static bool IsRunHere(string command) =>
        RunHere().IsMatch(command) && !NotRun.Any(row => Is(command, row.Command));

    /// <param name="row">A command, or what it begins with before "…".</param>
    private static bool Is(string command, string row) =>
        row.EndsWith('…') ? command.StartsWith(row[..^1], StringComparison.Ordinal) : command == row;

    /// <summary>One command each, with the lines that it goes on in and the text that it is given.</summary>
    private static List<string> CommandsOf(string document)
    {
        List<string> commands = [];
        foreach (Match block in Block().Matches(Read(document)))
        {
            var indent = block.Groups["indent"].Value;
            string? end = null;
            var goesOn = false;
            foreach (var printed in block.Groups["text"].Value.TrimEnd('\n', ' ').Split('\n'))
            {
                var line = printed.StartsWith(indent, StringComparison.Ordinal) ? printed[indent.Length..] : printed;
                if (end is not null || goesOn)
                    commands[^1] += $"\n{line}";
                else if (line.Length > 0 && !line.StartsWith('#'))
                    commands.Add(line);
                if (end is null && Here().Match(line) is { Success: true } here)
                    end = here.Groups[1].Value;
                else if (line == end)
                    end = null;
                goesOn = end is null && line.EndsWith('\\');
            }
        }

        return commands;
    }

    private static string Read(string document) =>
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, document)).ReplaceLineEndings("\n");

    private static async Task<(int ExitCode, string Printed)> RunAsync(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    [GeneratedRegex(@"^(?<indent> *)```(?:sh|bash)\n(?<text>.*?)^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| `(?<command>[^`]+)` \|(?<why>[^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("<<'?([A-Z]+)'?")]
    private static partial Regex Here();

    // Of the program, of psql and pg_dump on the database, and what the shell remembers for them.
    [GeneratedRegex(@"^((dotnet |)(out/|)FanzQueueFunctions\.Standalone(\.dll|) (queue|check)|queue |check|(psql|pg_dump) ""\$DATABASE_URL""|CREATOR=|NAME=|export START=)")]
    private static partial Regex RunHere();

    [GeneratedRegex(@"^(dotnet |)(out/|)FanzQueueFunctions\.Standalone(\.dll|)(?= )")]
    private static partial Regex Program();
}

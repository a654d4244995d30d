using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

namespace FanzQueueFunctions.Testbed.Development;

/// <summary>
/// <c>./dev test</c>, once all is built: runs the test programs one after the other and sums what their reports say. The last line is
/// "N passed, N failed".
/// </summary>
internal sealed class TestRun
{
    private const string PostgresVersion = "POSTGRES_VERSION";

    // What a page does with what it was given depends on no head: both serve the same files and answer alike (HeadsAgreeTests).
    // On the Functions app it is run where all is.
    private static readonly string[] OfThePageAlone =
        ["ViewTests", "LowVisionTests", "HostileTextTests", "TaskTests", "ScreenTests", "ItemListTests", "FindTests", "WordsTests"];

    private readonly string _reports = Directory.CreateTempSubdirectory("fanz-tests-").FullName;
    private int _passed;
    private int _failed;

    /// <param name="options"><c>--postgres N</c>, <c>--sql-on N</c> as often as wanted, <c>--standalone</c>, <c>--both-heads</c>.</param>
    /// <returns>The exit code: 0 where some passed and none failed.</returns>
    /// <exception cref="ArgumentException">An option is none.</exception>
    public static Task<int> RunAsync(string[] options)
    {
        string? postgres = null;
        var standalone = false;
        var bothHeads = false;
        List<string> sqlOn = [];
        for (var i = 0; i < options.Length; i++)
        {
            switch (options[i])
            {
                case "--standalone":
                    standalone = true;
                    break;
                case "--both-heads":
                    bothHeads = true;
                    break;
                case "--postgres":
                    postgres = VersionAfter(options, ref i);
                    break;
                case "--sql-on":
                    sqlOn.Add(VersionAfter(options, ref i));
                    break;
                case var other:
                    throw new ArgumentException($"test takes --postgres N, --sql-on N, --standalone and --both-heads, not {other}.");
            }
        }

        return new TestRun().RunAsync(postgres, sqlOn, standalone, bothHeads);
    }

    private async Task<int> RunAsync(string? postgres, List<string> sqlOn, bool standalone, bool bothHeads)
    {
        Environment.SetEnvironmentVariable("STANDALONE_ONLY", standalone ? "1" : null);
        postgres ??= Environment.GetEnvironmentVariable(PostgresVersion);
        // All of them before the first test: what cannot be had is said at once.
        foreach (var version in (string?[])[.. sqlOn, postgres])
        {
            Environment.SetEnvironmentVariable(PostgresVersion, version);
            Console.WriteLine($"PostgreSQL {version ?? "as installed"}: {await PostgresServer.FetchAsync()}");
        }

        if (!standalone)
            RunProgram("FanzQueueFunctions.Azure.Tests", bothHeads ? [] : [.. OfThePageAlone.SelectMany(name => (string[])["-class-", $"*.{name}"])]);
        RunProgram("FanzQueueFunctions.Tests");
        RunProgram("FanzQueueFunctions.Standalone.Tests");
        foreach (var version in sqlOn)
        {
            Console.WriteLine($"What touches the database, on PostgreSQL {version}:");
            Environment.SetEnvironmentVariable(PostgresVersion, version);
            RunProgram(
                "FanzQueueFunctions.Tests",
                "-namespace", "FanzQueueFunctions.Tests.Sql", "-namespace", "FanzQueueFunctions.Tests.Operations",
                "-namespace", "FanzQueueFunctions.Tests.Storage");
        }

        Directory.Delete(_reports, recursive: true);
        Console.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }

    private void RunProgram(string project, params string[] filters)
    {
        Console.WriteLine($"{string.Join(' ', [project, .. filters])} ...");
        var report = Path.Combine(_reports, $"{Guid.NewGuid():N}.xml");
        using var program = Process.Start("dotnet", [AppProgram.ProgramOf(project), "-noColor", "-result-xml", report, .. filters]);
        program.WaitForExit();

        var (passed, failed) = File.Exists(report) ? Counts(XDocument.Load(report)) : (0, 0);
        // A program that says that it failed, or ran nothing, and has no failed test to show for it.
        if (failed == 0 && (program.ExitCode != 0 || passed == 0))
            failed = 1;
        Console.WriteLine($"{project}: {passed} passed, {failed} failed");
        _passed += passed;
        _failed += failed;
    }

    /// <summary>A test that was not run for want of something, or failed outside of itself, is none that passed.</summary>
    private static (int Passed, int Failed) Counts(XDocument report)
    {
        var assemblies = report.Root!.Elements("assembly").ToList();
        return (Sum("passed"), Sum("failed") + Sum("errors"));

        int Sum(string name) => assemblies.Sum(assembly => int.Parse(assembly.Attribute(name)!.Value, CultureInfo.InvariantCulture));
    }

    private static string VersionAfter(string[] options, ref int i) =>
        ++i < options.Length && options[i].All(char.IsAsciiDigit) && options[i].Length > 0
            ? options[i]
            : throw new ArgumentException($"{options[i - 1]} takes a major version of PostgreSQL, such as 18.");
}

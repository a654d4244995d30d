using System.Text;
using System.Text.RegularExpressions;

namespace FanzQueueFunctions.Testbed;

/// <summary>
/// The SQL as it is, and the migration of a release that is made of it. In <c>schemas</c>, <c>tables</c> and <c>bindings</c>
/// hold steps that change tables, in order and by hand: the app's own before the functions, production's after them. All other
/// folders hold the functions, one a file.
/// </summary>
/// <param name="folder">A folder like <c>supabase</c>.</param>
public sealed partial class Schemas(string folder)
{
    /// <summary>Those of this repository.</summary>
    public static Schemas Current { get; } = new(Path.Combine(RepositoryFolder.Path, "supabase"));

    private string MigrationsFolder => Path.Combine(folder, "migrations");

    /// <summary>The steps before the functions, the functions, the steps after them: all that a new database is made of.</summary>
    public IReadOnlyList<string> Files => [.. Steps("tables"), .. Functions(), .. Steps("bindings")];

    /// <summary>The steps that change tables, by their paths in the folder: what a release records beside its migration.</summary>
    public IReadOnlyList<string> StepNames => [.. Steps("tables").Concat(Steps("bindings")).Select(Name)];

    /// <summary>The migration that no release has yet; null where there is none.</summary>
    public string? Unreleased
    {
        get
        {
            var released = Released();
            return Directory.GetFiles(MigrationsFolder, "*.sql")
                .Where(file => !released.Contains(Name(file)) && File.ReadLines(file).First().StartsWith(Mark, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .LastOrDefault();
        }
    }

    private const string Mark = "-- Made by ./dev migration ";

    /// <summary>Writes the migration of the next release, in the place of the one that no release has yet.</summary>
    /// <param name="name">Its name, in small letters, digits and underscores.</param>
    /// <param name="now">What a new file's number says.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public string WriteMigration(string name, DateTime now)
    {
        if (!NamePattern().IsMatch(name))
            throw new ArgumentException($"\"{name}\" is no name for a migration: small letters, digits and underscores.");

        var text = Migration(name);
        var file = Unreleased;
        if (file is null || !file.EndsWith($"_{name}.sql", StringComparison.Ordinal))
        {
            if (file is not null)
                File.Delete(file);
            file = Path.Combine(MigrationsFolder, $"{now:yyyyMMddHHmmss}_{name}.sql");
        }

        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>
    /// The migration of the next release: the steps that no release has yet, what goes, and every function again. The
    /// order among functions means nothing, because their bodies are not looked at while they are made.
    /// </summary>
    public string Migration(string name)
    {
        var released = Released();
        var text = new StringBuilder($"""
            {Mark}{name} from supabase/schemas. Do not edit it: change what stands there, and make it again.
            -- It belongs to version {BuildVersion.Text} of the app.
            --
            -- One transaction, so that no worker meets half of it. It may run twice.
            select pg_catalog.set_config('check_function_bodies', 'off', false);

            """);
        Append(Steps("tables").Where(step => !released.Contains(Name(step))));
        foreach (var gone in Gone())
            text.Append($"\ndrop routine if exists {gone};\n");
        Append(Functions());
        Append(Steps("bindings").Where(step => !released.Contains(Name(step))));
        text.Append("""

            reset check_function_bodies;

            -- The REST API looks at the functions again.
            notify pgrst, 'reload schema';

            """);
        return text.ToString();

        void Append(IEnumerable<string> files)
        {
            foreach (var file in files)
                text.Append($"\n-- {Name(file)}\n\n{File.ReadAllText(file).TrimEnd()}\n");
        }
    }

    /// <summary>
    /// The functions of the newest released migration that are no longer declared as they were there. One that stays under
    /// its name goes too: PostgreSQL replaces none whose result, parameters' names or defaults changed.
    /// </summary>
    private IEnumerable<string> Gone()
    {
        var newest = Released().Where(name => name.StartsWith("migrations/", StringComparison.Ordinal)).Max(StringComparer.Ordinal);
        if (newest is null)
            return [];

        var declared = Functions().SelectMany(Declarations).ToHashSet();
        return Declarations(Path.Combine(folder, newest))
            .Where(declaration => !declared.Contains(declaration))
            .Select(declaration => declaration.Signature)
            // An aggregate before the function that it calls.
            .OrderDescending(StringComparer.Ordinal);
    }

    // Each function's file takes the right to run it away from everybody, and names it there in full.
    private static IEnumerable<(string Head, string Signature)> Declarations(string file) =>
        DeclarationPattern().Matches(File.ReadAllText(file)).Select(match => (OneLine(match.Groups[1]), OneLine(match.Groups[2])));

    private static string OneLine(Group text) => WhitespacePattern().Replace(text.Value, " ");

    private HashSet<string> Released() => [.. Release.In(folder).SelectMany(release => release.Checksums.Keys)];

    private string[] Steps(string kind) =>
        [.. Directory.GetFiles(Path.Combine(folder, "schemas", kind), "*.sql").Order(StringComparer.Ordinal)];

    private string[] Functions() =>
    [
        .. Directory.GetDirectories(Path.Combine(folder, "schemas"))
            .Where(kind => Path.GetFileName(kind) is not ("tables" or "bindings"))
            .SelectMany(kind => Directory.GetFiles(kind, "*.sql"))
            .Order(StringComparer.Ordinal),
    ];

    private string Name(string file) => Path.GetRelativePath(folder, file);

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex NamePattern();

    // Its head ends before its language, an aggregate's with its definition. What revokes nothing is none of these.
    [GeneratedRegex(
        @"^create or replace (?:function|aggregate) ((?:(?!^create or replace ).)+?)(?:\slanguage\s|^\);)(?:(?!^create or replace ).)*?^revoke execute on function\s+(.+?)\s+from\s",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex DeclarationPattern();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhitespacePattern();
}

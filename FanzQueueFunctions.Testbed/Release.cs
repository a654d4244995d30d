using System.Security.Cryptography;

namespace FanzQueueFunctions.Testbed;

/// <summary>
/// A release of the SQL, as <c>supabase/releases</c> records it: its migrations and the steps that they contain, by their
/// paths in <c>supabase</c>, with their SHA-256. A database that has run a file never runs it again, so a released file
/// stays as it is.
/// </summary>
/// <param name="Folder">The folder like <c>supabase</c> that the paths are in.</param>
public sealed record Release(string Folder, int Number, IReadOnlyDictionary<string, string> Checksums)
{
    /// <summary>All releases of this repository, the oldest first; none until the first is tagged.</summary>
    public static IReadOnlyList<Release> All { get; } = In(Path.Combine(RepositoryFolder.Path, "supabase"));

    /// <summary>The newest release that lacks a migration of today: what production may still have. Null before the first.</summary>
    public static Release? Before { get; } =
        All.LastOrDefault(release => release.Later.Count > 0) ?? (All.Count > 0 ? All[^1] : null);

    /// <summary>Its migrations, in order.</summary>
    public IReadOnlyList<string> Files => [.. MigrationsIn(Folder).Where(Has)];

    /// <summary>The migrations that came after it, in order.</summary>
    public IReadOnlyList<string> Later => [.. MigrationsIn(Folder).Where(file => !Has(file))];

    /// <param name="folder">A folder like <c>supabase</c>.</param>
    public static IReadOnlyList<Release> In(string folder) =>
    [
        .. Directory.GetFiles(Path.Combine(folder, "releases"), "*.sha256")
            .Select(list => Read(folder, list))
            .OrderBy(release => release.Number),
    ];

    /// <summary>Records what stands in a folder like <c>supabase</c> as a release, once, when its tag is set.</summary>
    public static void Record(string folder, int number) => File.WriteAllLines(
        Path.Combine(folder, "releases", $"{number}.sha256"),
        MigrationsIn(folder).Select(file => Path.GetRelativePath(folder, file)).Concat(new Schemas(folder).StepNames)
            .Select(name => $"{Checksum(Path.Combine(folder, name))}  {name}"));

    /// <summary>What in its folder a database of this release could not be brought up to date by.</summary>
    /// <returns>A sentence for each file; none where all is well.</returns>
    public IEnumerable<string> Breaches()
    {
        foreach (var (name, checksum) in Checksums)
        {
            var file = Path.Combine(Folder, name);
            if (!File.Exists(file))
                yield return $"{name} of release {Number} is missing: put it back under this name.";
            else if (Checksum(file) != checksum)
                yield return $"{name} is not what it was in release {Number}: put it back, and change in a new file what it made.";
        }

        var last = Checksums.Keys.Where(IsMigration).Max(StringComparer.Ordinal);
        foreach (var name in Later.Select(NameOf))
        {
            if (string.CompareOrdinal(name, last) < 0)
                yield return $"{name} sorts before {last} of release {Number}: give it a later number.";
        }
    }

    private static IEnumerable<string> MigrationsIn(string folder) =>
        Directory.GetFiles(Path.Combine(folder, "migrations"), "*.sql").Order(StringComparer.Ordinal);

    private static bool IsMigration(string name) => name.StartsWith("migrations/", StringComparison.Ordinal);

    private static string Checksum(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private bool Has(string file) => Checksums.ContainsKey(NameOf(file));

    private string NameOf(string file) => Path.GetRelativePath(Folder, file);

    /// <summary>Reads what <c>sha256sum</c> would write: checksum, two spaces, name.</summary>
    private static Release Read(string folder, string list) => new(
        folder,
        int.Parse(Path.GetFileNameWithoutExtension(list)),
        File.ReadLines(list).Select(line => line.Split("  ")).ToDictionary(parts => parts[1], parts => parts[0]));
}

using System.Security.Cryptography;

namespace FanzQueueFunctions.Testbed;

/// <summary>
/// A release of the migrations, as <c>supabase/releases</c> records it: the files that it had, by name, with their
/// SHA-256. A database that has run a file never runs it again, so a released file stays as it is.
/// </summary>
public sealed record Release(int Number, IReadOnlyDictionary<string, string> Checksums)
{
    /// <summary>All releases, the oldest first.</summary>
    public static IReadOnlyList<Release> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "supabase", "releases"), "*.sha256")
            .Select(Read)
            .OrderBy(release => release.Number),
    ];

    /// <summary>The newest release that lacks a migration of today: what production may still have.</summary>
    public static Release Before { get; } =
        All.LastOrDefault(release => release.Checksums.Count < Migrations.Files.Count) ?? All[^1];

    /// <summary>Its migrations, in order.</summary>
    public IReadOnlyList<string> Files =>
        [.. Migrations.Files.Where(file => Checksums.ContainsKey(Path.GetFileName(file)))];

    /// <summary>The migrations that came after it, in order.</summary>
    public IReadOnlyList<string> Later =>
        [.. Migrations.Files.Where(file => !Checksums.ContainsKey(Path.GetFileName(file)))];

    /// <summary>What in a folder of migrations a database of this release could not be brought up to date by.</summary>
    /// <returns>A sentence for each file; none where all is well.</returns>
    public IEnumerable<string> Breaches(string folder)
    {
        foreach (var (name, checksum) in Checksums)
        {
            var file = Path.Combine(folder, name);
            if (!File.Exists(file))
                yield return $"{name} of release {Number} is missing: put it back under this name.";
            else if (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) != checksum)
                yield return $"{name} is not what it was in release {Number}: put it back, and change in a new file what it made.";
        }

        var last = Checksums.Keys.Max(StringComparer.Ordinal);
        foreach (var name in Directory.GetFiles(folder, "*.sql").Select(file => Path.GetFileName(file)))
        {
            if (!Checksums.ContainsKey(name) && string.CompareOrdinal(name, last) < 0)
                yield return $"{name} sorts before {last} of release {Number}: give it a later number.";
        }
    }

    /// <summary>Reads what <c>sha256sum</c> wrote: checksum, two spaces, name.</summary>
    private static Release Read(string list) => new(
        int.Parse(Path.GetFileNameWithoutExtension(list)),
        File.ReadLines(list).Select(line => line.Split("  ")).ToDictionary(parts => parts[1], parts => parts[0]));
}

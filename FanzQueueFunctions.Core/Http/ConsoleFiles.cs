using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace FanzQueueFunctions.Http;

/// <summary>
/// The console's files as they lie in the program, compressed once, at the first request. They share one version, a hash of
/// them all, which stands in their addresses: a browser may keep them for ever, and a module finds its neighbours by their
/// plain names.
/// </summary>
internal sealed class ConsoleFiles
{
    private const string Folder = "console/";
    private const string Page = "index.html";

    private static readonly Lazy<ConsoleFiles> Loaded = new(() => new());

    private readonly Dictionary<string, ConsoleFile> _files = [];
    private readonly ConsoleFile _shell;
    private readonly ConsoleFile _shellFromElsewhere;

    private ConsoleFiles()
    {
        var assembly = typeof(ConsoleFiles).Assembly;
        var contents = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (Name: name[Folder.Length..], Content: Read(assembly, name)))
            .ToList();
        Version = Convert.ToHexStringLower(SHA256.HashData([.. contents.SelectMany(file => file.Content)]))[..16];
        foreach (var (name, content) in contents.Where(file => file.Name != Page))
            _files[name] = new(TypeOf(name), Compressed(content));
        var page = Encoding.UTF8.GetString(contents.Single(file => file.Name == Page).Content);
        _shell = ShellOf(page, "here");
        _shellFromElsewhere = ShellOf(page, "elsewhere");
    }

    public static ConsoleFiles All => Loaded.Value;

    /// <summary>The part of the address that the files, other than the page itself, lie under.</summary>
    public string Version { get; }

    /// <summary>The page, which names the others by their version.</summary>
    /// <param name="isOpenedHere">Whether it is opened by the operator or by the page itself, and not by another site.</param>
    public ConsoleFile Shell(bool isOpenedHere) => isOpenedHere ? _shell : _shellFromElsewhere;

    /// <param name="path">Version and name, as in <c>0123456789abcdef/main.js</c>.</param>
    /// <returns>Null where there is no such file, or it is of another version.</returns>
    public ConsoleFile? Find(string path) =>
        path.Split('/') is [var version, var name] && version == Version
            ? _files.GetValueOrDefault(name)
            : null;

    private static byte[] Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }

    private ConsoleFile ShellOf(string page, string opened) => new(TypeOf(Page), Compressed(Encoding.UTF8.GetBytes(page
        .Replace("{version}", Version, StringComparison.Ordinal)
        .Replace("{opened}", opened, StringComparison.Ordinal))));

    private static byte[] Compressed(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return compressed.ToArray();
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}

/// <summary>One file, compressed with gzip.</summary>
internal sealed record ConsoleFile(string ContentType, byte[] Compressed);

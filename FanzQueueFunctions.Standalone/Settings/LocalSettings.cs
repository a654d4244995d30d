using System.Text.Json;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Settings;

/// <summary>
/// <c>local.settings.json</c>, the file that <c>func start</c> takes settings from on a developer's machine. Its
/// "Values" are read as if they were environment variables; the rest of it is func's own and is left alone.
/// </summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    // Where the repository begins: the file that is there in every clone, and nowhere above.
    private const string Root = "FanzQueueFunctions.sln";

    /// <summary>
    /// The file in <paramref name="folder"/>, or else in the root of the repository that the folder is in; null where neither
    /// is there. One that lies in another folder above is somebody else's.
    /// </summary>
    public static string? Find(string folder)
    {
        var root = new DirectoryInfo(folder);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, Root)))
            root = root.Parent;
        return new[] { folder, root?.FullName }.OfType<string>().Select(at => Path.Combine(at, FileName)).FirstOrDefault(File.Exists);
    }

    /// <summary>The settings in the file, a double underscore in a name being the separator of sections.</summary>
    /// <exception cref="SettingException">The file is not what func writes, or is encrypted.</exception>
    public static Dictionary<string, string?> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            return Values(document.RootElement, path);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{path} cannot be read: {e.Message}");
        }
    }

    private static Dictionary<string, string?> Values(JsonElement file, string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (file.ValueKind != JsonValueKind.Object)
            throw new SettingException($"{path} must hold an object with \"Values\".");
        if (Member(file, "IsEncrypted") is { ValueKind: JsonValueKind.True })
            throw new SettingException($"{path} is encrypted; run func settings decrypt beside it.");
        if (Member(file, "Values") is not { ValueKind: not JsonValueKind.Null } section)
            return values;
        if (section.ValueKind != JsonValueKind.Object)
            throw new SettingException($"\"Values\" in {path} must be an object.");
        foreach (var value in section.EnumerateObject())
        {
            if (value.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                throw new SettingException(
                    $"\"{value.Name}\" in {path} must be a plain value; write a section as Section__Name.");
            values[value.Name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] =
                value.Value.ToString();
        }
        return values;
    }

    /// <summary>A member of the file, in capitals or not, as func reads it.</summary>
    private static JsonElement? Member(JsonElement file, string name)
    {
        foreach (var member in file.EnumerateObject())
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        return null;
    }
}

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

    /// <summary>The nearest file from <paramref name="folder"/> upwards, or null.</summary>
    public static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, FileName);
            if (File.Exists(path))
                return path;
        }
        return null;
    }

    /// <summary>The settings in the file, a double underscore in a name being the separator of sections.</summary>
    /// <exception cref="SettingException">The file is not what func writes, or is encrypted.</exception>
    public static Dictionary<string, string?> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
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
        if (file.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
            throw new SettingException($"{path} is encrypted; run func settings decrypt beside it.");
        if (!file.TryGetProperty("Values", out var section) || section.ValueKind == JsonValueKind.Null)
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
}

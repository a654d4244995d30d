using FanzQueueFunctions.Operations;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Who changes with a key, for the record: the key, which proves nothing of a person, and the name that they say is theirs.
/// </summary>
internal static class KeyHolder
{
    /// <summary>The name, percent-encoded as in an address: a header holds ASCII alone.</summary>
    public const string Header = "X-Operator-Name";

    private const string Key = "QueueChange key";
    private const int LongestName = 100;

    /// <returns><c>anna (QueueChange key)</c>; the key alone where no name is given.</returns>
    /// <exception cref="RefusedRequestException">The name is given twice, or is too long or has signs that are not seen.</exception>
    public static string Of(IHeaderDictionary headers)
    {
        var header = headers[Header];
        if (header.Count == 0)
            return Key;
        var name = header.Count == 1 ? Uri.UnescapeDataString(header[0] ?? "").Trim() : "";
        if (name.Length is 0 or > LongestName || name.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter)))
            throw new RefusedRequestException($"{Header} must be one name of 1 to {LongestName} letters, percent-encoded.");
        return $"{name} ({Key})";
    }
}

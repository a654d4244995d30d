using System.Globalization;

namespace FanzQueueFunctions.Telemetry;

/// <summary>Brings text that people wrote onto one line of at most 300 characters, without control characters.</summary>
internal static class OneLine
{
    private const int Longest = 300;

    public static string Of(string text)
    {
        var kept = text.Length > Longest ? string.Concat(text.AsSpan(0, Longest), "…") : text;
        return kept.Any(Breaks) ? string.Concat(kept.Select(c => Breaks(c) ? ' ' : c)) : kept;
    }

    private static bool Breaks(char c) => CharUnicodeInfo.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}

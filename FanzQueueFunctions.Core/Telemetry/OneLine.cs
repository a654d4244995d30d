using System.Buffers;

namespace FanzQueueFunctions.Telemetry;

/// <summary>Brings text that people wrote onto one line of at most 300 characters, without control characters.</summary>
internal static class OneLine
{
    private const int Longest = 300;

    // C0, DEL and C1 controls, and the two Unicode line ends.
    private static readonly SearchValues<char> Breaks = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Concat([0x2028, 0x2029]).Select(code => (char)code)]);

    public static string Of(string text)
    {
        var kept = text.Length > Longest ? string.Concat(text.AsSpan(0, Longest), "…") : text;
        return kept.AsSpan().ContainsAny(Breaks)
            ? string.Create(kept.Length, kept, (line, from) => from.AsSpan().ReplaceAny(line, Breaks, ' '))
            : kept;
    }
}

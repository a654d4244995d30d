using System.Buffers;
using System.Globalization;
using System.Text;

namespace FanzQueueFunctions.Telemetry;

/// <summary>
/// The one list of what text from outside may not do to whoever reads it: begin a line, steer a terminal, turn the writing
/// direction so that a line reads otherwise than it is, hide. What joins letters and emoji is not on it.
/// </summary>
internal static class Unprintable
{
    /// <summary>
    /// C0, DEL and C1 controls, the two Unicode line ends, the marks of direction, the byte order mark and what annotates.
    /// </summary>
    public static readonly SearchValues<char> Characters = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Concat(Enumerable.Range(0x2028, 7))
            .Concat(Enumerable.Range(0x2066, 4)).Concat(Enumerable.Range(0xFFF9, 3)).Concat([0x061C, 0x200E, 0x200F, 0xFEFF])
            .Select(code => (char)code),
    ]);

    /// <returns>The text with all such characters written as in a program, \n or \u202e.</returns>
    public static string Escaped(string text)
    {
        var at = text.AsSpan().IndexOfAny(Characters);
        if (at < 0)
            return text;
        var escaped = new StringBuilder(text, 0, at, text.Length + 16);
        foreach (var c in text.AsSpan(at))
        {
            _ = c switch
            {
                '\n' => escaped.Append(@"\n"),
                '\r' => escaped.Append(@"\r"),
                '\t' => escaped.Append(@"\t"),
                _ when Characters.Contains(c) => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}

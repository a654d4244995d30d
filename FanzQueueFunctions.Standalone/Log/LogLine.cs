using System.Buffers;
using System.Globalization;
using System.Text;

namespace FanzQueueFunctions.Standalone.Log;

/// <summary>
/// How a log message reads: one line, as the message is worded (trace and debug have a short prefix); then an exception's
/// lines, each set in. Text that came from outside cannot begin a line of its own, nor steer the terminal.
/// </summary>
internal static class LogLine
{
    private const string ExceptionIndent = "      ";

    // C0, DEL and C1 controls, the two Unicode line ends, and the marks that turn the writing direction of a whole line.
    private static readonly SearchValues<char> Unprintable = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21))
            .Concat([0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069])
            .Select(code => (char)code),
    ]);

    /// <returns>The text, without the end of its last line.</returns>
    public static string Of(LogLevel level, string message, Exception? exception)
    {
        var line = Prefix(level) + Escaped(message);
        if (exception is null)
            return line;
        var text = new StringBuilder(line);
        foreach (var part in exception.ToString().AsSpan().EnumerateLines())
            text.Append('\n').Append(ExceptionIndent).Append(Escaped(part.ToString()));
        return text.ToString();
    }

    private static string Prefix(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce: ",
        LogLevel.Debug => "dbug: ",
        _ => "",
    };

    private static string Escaped(string text)
    {
        var at = text.AsSpan().IndexOfAny(Unprintable);
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
                _ when Unprintable.Contains(c) => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}

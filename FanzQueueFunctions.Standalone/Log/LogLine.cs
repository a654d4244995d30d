using System.Text;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Log;

/// <summary>
/// How a log message reads: one line, as the message is worded (trace and debug have a short prefix); then an exception's
/// lines, each set in. Text that came from outside cannot begin a line of its own, nor steer the terminal.
/// </summary>
internal static class LogLine
{
    private const string ExceptionIndent = "      ";

    /// <returns>The text, without the end of its last line.</returns>
    public static string Of(LogLevel level, string message, Exception? exception)
    {
        var line = Prefix(level) + Unprintable.Escaped(message);
        if (exception is null)
            return line;
        var text = new StringBuilder(line);
        foreach (var part in exception.ToString().AsSpan().EnumerateLines())
            text.Append('\n').Append(ExceptionIndent).Append(Unprintable.Escaped(part.ToString()));
        return text.ToString();
    }

    private static string Prefix(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce: ",
        LogLevel.Debug => "dbug: ",
        _ => "",
    };
}

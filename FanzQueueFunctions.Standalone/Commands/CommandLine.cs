using System.CommandLine;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The app as a command: <c>FanzQueueFunctions check</c>. Without a command it is the worker.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Whether the first argument is a command, or asks for help. The worker's own arguments are none: they begin with a dash
    /// (<c>--urls</c>), or are settings (<c>Name=value</c>).
    /// </summary>
    public static bool IsAskedFor(string[] args) =>
        args is [var first, ..]
        && (first is "--help" or "-h" or "-?" or "--version"
            || first.Length > 0 && char.IsAsciiLetter(first[0]) && !first.Contains('=', StringComparison.Ordinal));

    /// <returns>The exit code: 0 done; 1 not done, or found to be wrong; see <see cref="QueueExitCode"/> for others.</returns>
    /// <exception cref="Processing.SettingException">A setting that the command needs is missing or wrong.</exception>
    /// <exception cref="Processing.QueueStoreException">The database did not do it.</exception>
    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Works the queue of posts. Without a command the worker starts.")
        {
            CheckCommand.Create(),
            QueueCommand.Create(),
        };
        // What a command throws is a sentence for the operator, which Program prints.
        // Text that begins with @ is text, not a file of more arguments.
        return root.Parse(args, new() { ResponseFileTokenReplacer = null }).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }
}

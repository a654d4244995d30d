using System.CommandLine;
using System.CommandLine.Invocation;

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
            // A shell asks what would complete a line.
            || first.StartsWith("[suggest", StringComparison.Ordinal)
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
            CompletionCommand.Create(),
        };
        // Text that begins with @ is text, not a file of more arguments.
        var parsed = root.Parse(args, new() { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            // What is wrong, and no page of help behind it: what a command prints may be read by a program.
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine(error.Message);
            if (parsed.UnmatchedTokens.Count > 0)
                Console.Error.WriteLine("--help lists commands and options.");
            return Task.FromResult(QueueExitCode.Refused);
        }

        // What a command throws is a sentence for the operator, which Program prints.
        return parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }
}

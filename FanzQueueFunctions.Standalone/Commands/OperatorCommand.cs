using System.CommandLine;
using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>What all commands of the operator have in common: what is refused is one sentence, and exit code 1.</summary>
internal static class OperatorCommand
{
    /// <param name="action">Gives the exit code.</param>
    public static void SetOperatorAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (arguments, cancellationToken) =>
        {
            try
            {
                return await action(arguments, cancellationToken);
            }
            catch (RefusedRequestException refusal)
            {
                Console.Error.WriteLine(refusal.Message);
                return QueueExitCode.Refused;
            }
        });

    /// <summary>The key that was given is that of another change.</summary>
    public static RefusedRequestException KeyOfAnotherChange() =>
        new("This --key was used for another change. Nothing was changed.");
}

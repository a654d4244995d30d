using System.CommandLine;
using System.Text.Json;
using FanzQueueFunctions.Processing;
using Spectre.Console;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary><c>check</c>: prints what the check of the database found. Exit code 1 where no item can be posted.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as a JSON array." };
        var command = new Command("check", "Check the database against what the queue needs; change nothing.") { json };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Create();
        var findings = await services.GetRequiredService<DatabaseCheck>().FindAsync(cancellationToken);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(findings, CommandsJson.Default.IReadOnlyListFinding));
        else
            AnsiConsole.Console.Write(findings);
        return findings.Any(finding => finding.Level == FindingLevel.Error) ? 1 : 0;
    }
}

using System.CommandLine;
using System.Text.Json;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using Spectre.Console;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary><c>check</c>: prints what the check of the database found. Exit code 1 where no item can be posted.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the findings as a JSON array." };
        var beforeMigration = new Option<bool>("--before-migration")
        {
            Description = "Print the statements that build, without holding up writers, what a migration would build of large tables.",
        };
        var command = new Command("check", "Check the database against what the queue needs; change nothing.") { json, beforeMigration };
        command.SetAction((arguments, cancellationToken) => arguments.GetValue(beforeMigration)
            ? PrintIndexesAsync(cancellationToken)
            : RunAsync(arguments.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> PrintIndexesAsync(CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Create();
        if (services.GetRequiredService<IQueueTransport>() is not DirectTransport database)
            throw new SettingException(
                "check --before-migration reads the catalog, which the REST API does not serve. Set DATABASE_URL, with the role that pushes the migrations.");
        Console.Write(await database.ReadIndexesBeforehandAsync(cancellationToken));
        return 0;
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Create();
        var findings = await services.GetRequiredService<DatabaseCheck>().FindAsync(cancellationToken);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(findings, CommandsJson.Default.IReadOnlyListFinding));
        else
            AnsiConsole.Console.Write(services.GetRequiredService<DatabaseName>(), findings);
        return findings.Any(finding => finding.Level == FindingLevel.Error) ? 1 : 0;
    }
}

using System.CommandLine;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary><c>queue reset-stuck</c>: queues again what has been in processing for too long.</summary>
internal static class QueueResetCommand
{
    public static Command Create()
    {
        var minutes = CommandOptions.Whole("--older-than-minutes", "In processing for longer", 1, 10080, 5);
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell how many would be reset." };
        var yes = CommandOptions.Yes();
        var json = CommandOptions.Json();
        var command = new Command("reset-stuck", "Queue stuck items again.") { minutes, reason, dryRun, yes, json };
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            RequestText.Check("--reason", arguments.GetValue(reason), 1000);
            var olderThan = TimeSpan.FromMinutes(arguments.GetValue(minutes)!.Value);
            await using var services = CommandServices.Create();
            var store = services.GetRequiredService<IQueueStore>();
            var items = await store.ResetStuckAsync(olderThan, dryRun: true, CommandActor.Name, null, cancellationToken);
            if (!arguments.GetValue(dryRun))
            {
                if (items.Count > 1 && !arguments.GetValue(yes)
                    && !Confirmation.IsGiven(
                        services.GetRequiredService<DatabaseName>(),
                        $"{Counted.Of(items.Count, "item is", "items are")} stuck.", $"Reset {Counted.Of(items.Count, "item")}?"))
                    return QueueExitCode.NotConfirmed;
                items = await store.ResetStuckAsync(
                    olderThan, dryRun: false, CommandActor.Name, arguments.GetValue(reason), cancellationToken);
            }

            var answer = new ResetStuckAnswer(items.Count, (int)olderThan.TotalMinutes, items) { DryRun = arguments.GetValue(dryRun) };
            var counted = Counted.Of(items.Count, "item");
            Console.WriteLine(arguments.GetValue(json)
                ? JsonSerializer.Serialize(answer, HttpJson.Default.ResetStuckAnswer)
                : (answer.DryRun ? $"{counted} would be reset." : $"{counted} reset.")
                    + (answer.More ? " There may be more: run it again." : ""));
            return QueueExitCode.Done;
        });
        return command;
    }
}

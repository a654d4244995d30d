using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The commands that hold platforms back and let them go on. Everything is paused only after that was confirmed.</summary>
internal static class QueueControlCommands
{
    private const string All = "all";

    private static readonly string MostPerMinute = ControlOrder.MostPerMinute.ToString(CultureInfo.InvariantCulture);

    public static Command Pause()
    {
        var platform = new Argument<string>("platform") { Description = "The platform whose items are to wait, or all." };
        return Create(
            new("pause", "Let the items of a platform, or of all, wait.") { platform },
            (arguments, reason, dryRun, actor, key) => ControlOrders.Of(
                ControlVerb.Pause, BodyOf(arguments.GetValue(platform)!, reason, dryRun), actor, key));
    }

    public static Command Resume()
    {
        var platform = new Argument<string>("platform") { Description = "The platform whose items are to go on; all ends a pause of all." };
        return Create(
            new("resume", "End a pause.") { platform },
            (arguments, reason, dryRun, actor, key) => ControlOrders.Of(
                ControlVerb.Resume, BodyOf(arguments.GetValue(platform)!, reason, dryRun), actor, key));
    }

    public static Command Limit()
    {
        var platform = new Argument<string>("platform") { Description = "The platform." };
        var perMinute = new Argument<string>("per-minute") { Description = $"Posts a minute, 1 to {MostPerMinute}, or off." };
        return Create(
            new("limit", "Give a platform so many posts a minute, evenly, or take its limit off.") { platform, perMinute },
            (arguments, reason, dryRun, actor, key) => ControlOrders.Of(
                new LimitBody
                {
                    Platform = arguments.GetValue(platform)!,
                    PerMinute = ReadPerMinute(arguments.GetValue(perMinute)!),
                    Reason = reason,
                    DryRun = dryRun,
                },
                actor,
                key));
    }

    private static Command Create(
        Command command, Func<ParseResult, string?, bool, string, string?, ControlOrder> readOrder)
    {
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record." };
        var key = new Option<string?>("--key") { Description = "The key of the order; one that is repeated under its key is done once." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell whether it would change anything." };
        var yes = CommandOptions.Yes();
        var json = CommandOptions.Json();
        foreach (Option option in (Option[])[reason, key, dryRun, yes, json])
            command.Options.Add(option);
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            var order = readOrder(
                arguments, arguments.GetValue(reason), arguments.GetValue(dryRun), CommandActor.Name,
                arguments.GetValue(key));
            return await RunAsync(order, arguments.GetValue(yes), arguments.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ControlOrder order, bool yes, bool json, CancellationToken cancellationToken)
    {
        var pausesAll = order is { Verb: ControlVerb.Pause, Platform: ControlOrder.Everything, DryRun: false };
        await using var services = CommandServices.Create();
        if (pausesAll && !yes
            && !Confirmation.IsGiven(services.GetRequiredService<DatabaseName>(), "This pauses everything.", "Pause everything?"))
            return QueueExitCode.NotConfirmed;

        var controls = await services.GetRequiredService<QueueOperations>().ControlAsync(order, cancellationToken);
        if (controls.Conflict)
            throw OperatorCommand.KeyOfAnotherChange();

        Console.WriteLine(
            json ? JsonSerializer.Serialize(controls, OperationsJson.Default.QueueControls) : Sentence(order, controls));
        return QueueExitCode.Done;
    }

    private static PauseBody BodyOf(string platform, string? reason, bool dryRun) => new()
    {
        Platform = platform == All ? ControlOrder.Everything : platform,
        Reason = reason,
        DryRun = dryRun,
    };

    private static int? ReadPerMinute(string text)
    {
        if (text == "off")
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var perMinute)
            && perMinute is >= 1 and <= ControlOrder.MostPerMinute
            ? perMinute
            : throw new RefusedRequestException($"per-minute must be one whole number from 1 to {MostPerMinute}, or off.");
    }

    private static string Sentence(ControlOrder order, QueueControls controls)
    {
        var platform = order.Platform == ControlOrder.Everything ? "Everything" : order.Platform;
        var state = order.Verb switch
        {
            ControlVerb.Pause => "paused",
            ControlVerb.Resume => "not paused",
            _ => order.PerMinute is { } perMinute ? $"limited to {Counted.Of(perMinute, "post")} a minute" : "not limited",
        };
        return (order.DryRun, controls.Changed) switch
        {
            (true, true) => $"{platform} would be {state}.",
            (false, true) => $"{platform} is {state} now.{StillPaused(order, controls)}",
            (_, false) => $"{platform} is {state} already.{StillPaused(order, controls)}",
        };
    }

    /// <summary>What a resume of everything leaves paused: the platforms that were paused by themselves.</summary>
    private static string StillPaused(ControlOrder order, QueueControls controls) =>
        order is { Verb: ControlVerb.Resume, Platform: ControlOrder.Everything } && controls.Paused.Count > 0
            ? $" Paused by themselves: {string.Join(", ", controls.Paused.Select(pause => pause.Platform))}."
            : "";
}

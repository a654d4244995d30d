using System.CommandLine;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The commands that change. More than one item is changed only after the count was shown and confirmed.</summary>
internal static class QueueChanges
{
    public static Command Create(string name, ItemVerb verb, string description)
    {
        var ids = CommandOptions.IdArguments("ids", "Items by id; or a filter.");
        var filter = new FilterOptions();
        var limit = CommandOptions.Whole("--limit", "The most items to change", 1, ChangeOrder.MostItems, ChangeOrder.DefaultLimit);
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record of the change." };
        var key = new Option<string?>("--key") { Description = "The key of a change to go on with." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell how many items are meant." };
        var yes = CommandOptions.Yes();
        var json = CommandOptions.Json();
        var command = new Command(name, description) { ids, limit, reason, key, dryRun, yes, json };
        filter.AddTo(command);
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            await using var services = CommandServices.Create();
            var wanted = await filter.ReadAsync(arguments, services.GetRequiredService<IOperationStore>(), cancellationToken);
            var given = arguments.GetValue(ids) is { Length: > 0 } some ? some : null;
            var body = new ChangeBody
            {
                Ids = given,
                Filter = given is null || wanted != new ItemFilter() ? wanted : null,
                Limit = arguments.GetValue(limit),
                DryRun = arguments.GetValue(dryRun),
                Reason = arguments.GetValue(reason),
            };
            var order = ChangeOrders.Of(
                verb, body, CommandActor.Name, arguments.GetValue(key), DateTimeOffset.UtcNow);
            return await RunAsync(services, order, arguments.GetValue(yes), arguments.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command Undo()
    {
        var of = new Argument<string>("key") { Description = "The key of the cancel, as \"queue changes\" shows it." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record of the change." };
        var key = new Option<string?>("--key") { Description = "The key of an undo to go on with." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would come back." };
        var yes = CommandOptions.Yes();
        var json = CommandOptions.Json();
        var command = new Command("undo", "Give the items of a cancel back what they were, but for those touched since.")
        {
            of, reason, key, dryRun, yes, json,
        };
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            await using var services = CommandServices.Create();
            return await RunAsync(
                services,
                ChangeOrders.Of(
                    new UndoBody { Of = arguments.GetValue(of)!, Reason = arguments.GetValue(reason), DryRun = arguments.GetValue(dryRun) },
                    CommandActor.Name,
                    arguments.GetValue(key)),
                arguments.GetValue(yes),
                arguments.GetValue(json),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ServiceProvider services, ChangeOrder order, bool yes, bool json, CancellationToken cancellationToken)
    {
        var operations = services.GetRequiredService<QueueOperations>();
        var meant = (long)order.Limit;
        if (!order.DryRun && !yes)
        {
            var count = await operations.ChangeAsync(order with { DryRun = true }, cancellationToken: cancellationToken);
            meant = count.Meant;
            if (meant > 1 && !Confirmation.IsGiven(services.GetRequiredService<DatabaseName>(), Meant(count), $"{Meant(count)} {order.Verb}?"))
                return QueueExitCode.NotConfirmed;
        }

        var change = await operations.ChangeAsync(order, progress: new ProgressLines(order, meant), cancellationToken: cancellationToken);
        if (change.Conflict)
            throw OperatorCommand.KeyOfAnotherChange();

        Console.WriteLine(json ? JsonSerializer.Serialize(change, OperationsJson.Default.Change) : Sentence(order, change));
        return change is { Finished: true, Left.Count: 0, BeyondLimit: null } ? QueueExitCode.Done : QueueExitCode.SomeLeft;
    }

    /// <summary>How many items are meant, by status and platform where it is not all the same.</summary>
    private static string Meant(Change change)
    {
        var groups = change.Groups is { Count: > 1 } several
            ? $" ({string.Join(", ", several.Take(10).Select(group => $"{Counted.Number(group.Count)} {$"{group.Status}".ToLowerInvariant()} for {NameOf(group.Platform)}"))}{(several.Count > 10 ? ", …" : "")})"
            : "";
        return $"{Counted.Number(change.Meant)}{OfHowMany(change)} {(IsOne(change) ? "item is" : "items are")} meant{groups}.";
    }

    private static bool IsOne(Change change) => change is { Meant: 1, BeyondLimit: null } and ({ DryRun: false } or { IsExact: true });

    private static string OfHowMany(Change change) => change.BeyondLimit switch
    {
        { Precision: CountPrecision.Exact, Count: var more } => $" of {Counted.Number(change.Meant + more)}",
        { Count: var more } => $" of {Counted.Number(change.Meant + more)} or more",
        null => change is { DryRun: true, IsExact: false } ? " or more" : "",
    };

    private static string NameOf(string platform) => platform.Length == 0 ? "(empty)" : OneLine.Of(platform);

    private static string Sentence(ChangeOrder order, Change change)
    {
        if (order.DryRun)
            return Meant(change);
        var posted = change.MarkedPosted > 0 ? $", {Counted.Number(change.MarkedPosted)} of them marked posted" : "";
        var left = change.Left.Count > 0
            ? $" Left alone: {string.Join(", ", change.Left.Select(reason => $"{Counted.Number(reason.Value)} {reason.Key}"))}."
            : "";
        return change.BeyondLimit is null
            ? $"{Counted.Number(change.Done)} of {Counted.Of(change.Meant, "item")} done{posted}.{left}"
            : $"{Counted.Number(change.Done)}{OfHowMany(change)} items done{posted}, the rest not touched: --limit is {Counted.Number(order.Limit)}.{left}";
    }

    /// <summary>A bar on a terminal, else a line after each portion, on standard error, so that the answer stays by itself.</summary>
    /// <param name="meant">How many there will be about.</param>
    private sealed class ProgressLines(ChangeOrder order, long meant) : IProgress<Change>
    {
        private const int BarWidth = 20;

        public void Report(Change value)
        {
            if (value.Conflict || value.DryRun || value.Finished && value.Portions <= 1)
                return;
            if (Console.IsErrorRedirected)
            {
                if (!value.Finished)
                    Console.Error.WriteLine($"{Counted.Of(value.Done, "item")} done; stop with Ctrl+C, go on with --key {order.IdempotencyKey}");
                return;
            }

            var full = value.Finished ? BarWidth : (int)(BarWidth * Math.Min(1, (double)value.Meant / Math.Max(1, meant)));
            Console.Error.Write(
                $"\r[{new string('#', full)}{new string('.', BarWidth - full)}] {Counted.Number(value.Done)} done; Ctrl+C stops, --key {order.IdempotencyKey} goes on");
            if (value.Finished)
                Console.Error.WriteLine();
        }
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The commands that change. More than one item is changed only after the count was shown and confirmed.</summary>
internal static class QueueChanges
{
    public static Command Create(string name, ItemVerb verb, string description)
    {
        var ids = new Argument<Guid[]>("ids") { Description = "Items by id; or a filter.", Arity = ArgumentArity.ZeroOrMore };
        var filter = new FilterOptions();
        var limit = new Option<int?>("--limit") { Description = $"The most items to change, {ChangeOrder.DefaultLimit} where it is left out." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record of the change." };
        var key = new Option<string?>("--key") { Description = "The key of a change to go on with." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell how many items are meant." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command(name, description) { ids, limit, reason, key, dryRun, yes, json };
        filter.AddTo(command);
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            var given = arguments.GetValue(ids) is { Length: > 0 } some ? some : null;
            var body = new ChangeBody
            {
                Ids = given,
                Filter = filter.Read(arguments) is var wanted && (given is null || wanted != new ItemFilter()) ? wanted : null,
                Limit = arguments.GetValue(limit),
                DryRun = arguments.GetValue(dryRun),
                Reason = arguments.GetValue(reason),
            };
            var order = ChangeOrders.Of(
                verb, body, CommandActor.Name, arguments.GetValue(key), DateTimeOffset.UtcNow);
            return await RunAsync(order, arguments.GetValue(yes), arguments.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command Undo()
    {
        var of = new Argument<string>("key") { Description = "The key of the cancel, as \"queue changes\" shows it." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record of the change." };
        var key = new Option<string?>("--key") { Description = "The key of an undo to go on with." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would come back." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command("undo", "Give the items of a cancel back what they were, but for those touched since.")
        {
            of, reason, key, dryRun, yes, json,
        };
        command.SetOperatorAction((arguments, cancellationToken) => RunAsync(
            ChangeOrders.Of(
                new UndoBody { Of = arguments.GetValue(of)!, Reason = arguments.GetValue(reason), DryRun = arguments.GetValue(dryRun) },
                CommandActor.Name,
                arguments.GetValue(key)),
            arguments.GetValue(yes),
            arguments.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ChangeOrder order, bool yes, bool json, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Create();
        var operations = services.GetRequiredService<QueueOperations>();
        if (!order.DryRun && !yes && !await IsConfirmedAsync(operations, order, cancellationToken))
            return QueueExitCode.NotConfirmed;

        var change = await operations.ChangeAsync(order, progress: new ProgressLines(order), cancellationToken: cancellationToken);
        if (change.Conflict)
            throw OperatorCommand.KeyOfAnotherChange();

        Console.WriteLine(json ? JsonSerializer.Serialize(change, OperationsJson.Default.Change) : Sentence(order, change));
        return change is { Finished: true, Left.Count: 0, BeyondLimit: null } ? QueueExitCode.Done : QueueExitCode.SomeLeft;
    }

    private static async Task<bool> IsConfirmedAsync(
        QueueOperations operations, ChangeOrder order, CancellationToken cancellationToken)
    {
        var meant = await operations.ChangeAsync(order with { DryRun = true }, cancellationToken: cancellationToken);
        return meant.Meant <= 1
            || Confirmation.IsGiven(Meant(meant), $"{Meant(meant)} {order.Verb}?");
    }

    /// <summary>How many items are meant, by status and platform where it is not all the same.</summary>
    private static string Meant(Change change)
    {
        var groups = change.Groups is { Count: > 1 } several
            ? $" ({string.Join(", ", several.Take(10).Select(group => $"{Number(group.Count)} {$"{group.Status}".ToLowerInvariant()} for {NameOf(group.Platform)}"))}{(several.Count > 10 ? ", …" : "")})"
            : "";
        var items = change is { Meant: 1, BeyondLimit: null } ? "item is" : "items are";
        return $"{Number(change.Meant)}{OfHowMany(change)} {items} meant{groups}.";
    }

    private static string OfHowMany(Change change) => change.BeyondLimit switch
    {
        { Precision: CountPrecision.Exact, Count: var more } => $" of {Number(change.Meant + more)}",
        { Count: var more } => $" of {Number(change.Meant + more)} or more",
        null => change is { DryRun: true, IsExact: false } ? " or more" : "",
    };

    private static string NameOf(string platform) => platform.Length == 0 ? "(empty)" : OneLine.Of(platform);

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Sentence(ChangeOrder order, Change change)
    {
        if (order.DryRun)
            return Meant(change);
        var posted = change.MarkedPosted > 0 ? $", {change.MarkedPosted} of them marked posted" : "";
        var left = change.Left.Count > 0
            ? $" Left alone: {string.Join(", ", change.Left.Select(reason => $"{reason.Value} {reason.Key}"))}."
            : "";
        return change.BeyondLimit is null
            ? $"{Number(change.Done)} of {Number(change.Meant)} items done{posted}.{left}"
            : $"{Number(change.Done)}{OfHowMany(change)} items done{posted}, the rest not touched: --limit is {order.Limit}.{left}";
    }

    /// <summary>A line after each portion, on standard error, so that the answer stays by itself.</summary>
    private sealed class ProgressLines(ChangeOrder order) : IProgress<Change>
    {
        public void Report(Change value)
        {
            if (!value.Finished && !value.Conflict)
                Console.Error.WriteLine($"{value.Done} items done; stop with Ctrl+C, go on with --key {order.IdempotencyKey}");
        }
    }
}

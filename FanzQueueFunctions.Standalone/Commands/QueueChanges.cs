using System.CommandLine;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;

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
        return change.Finished && change.Left.Count == 0 ? QueueExitCode.Done : QueueExitCode.SomeLeft;
    }

    private static async Task<bool> IsConfirmedAsync(
        QueueOperations operations, ChangeOrder order, CancellationToken cancellationToken)
    {
        var meant = await operations.ChangeAsync(order with { DryRun = true }, cancellationToken: cancellationToken);
        return meant.Meant <= 1
            || Confirmation.IsGiven($"{Count(meant)} items are meant.", $"{order.Verb} {Count(meant)} items?");
    }

    private static string Count(Change meant) => meant.IsExact ? $"{meant.Meant}" : $"{meant.Meant} or more";

    private static string Sentence(ChangeOrder order, Change change)
    {
        if (order.DryRun)
            return $"{Count(change)} items are meant.";
        var posted = change.MarkedPosted > 0 ? $", {change.MarkedPosted} of them marked posted" : "";
        var left = change.Left.Count > 0
            ? $" Left alone: {string.Join(", ", change.Left.Select(reason => $"{reason.Value} {reason.Key}"))}."
            : "";
        return $"{change.Done} of {change.Meant} items done{posted}.{left}";
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

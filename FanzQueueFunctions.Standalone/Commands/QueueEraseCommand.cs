using System.CommandLine;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary><c>queue erase-creator</c>: takes a creator who was deleted out of what the queue itself keeps.</summary>
internal static class QueueEraseCommand
{
    public static Command Create()
    {
        var id = CommandOptions.IdArgument("creator", "The id of the creator, whose row of creators is deleted already.");
        var name = new Option<string?>("--name") { Description = "A name to look for in reasons, errors and searches, in capitals or not." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the record, so without their id and name." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell how many rows have something of them." };
        var yes = CommandOptions.Yes();
        var json = CommandOptions.Json();
        var command = new Command("erase-creator", "Take a creator who was deleted out of the record of changes and the like.")
        {
            id, name, reason, dryRun, yes, json,
        };
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            var order = Checked(new(
                arguments.GetValue(id), CommandActor.Name, arguments.GetValue(reason), $"{Guid.NewGuid()}",
                arguments.GetValue(name)?.Trim(), DryRun: true));
            await using var services = CommandServices.Create();
            var store = services.GetRequiredService<IOperationStore>();
            if ((await store.FindAsync(order.CreatorId, cancellationToken)).CreatorId is not null)
                throw new RefusedRequestException(
                    $"Creator {order.CreatorId} is still there. Delete their row of creators first: all that is theirs goes with it.");
            var erased = await RunAsync(store, order, cancellationToken);
            if (!arguments.GetValue(dryRun))
            {
                // One name may be that of many; what it means is to be seen first.
                if (erased.Changed > 0 && !arguments.GetValue(yes)
                    && !Confirmation.IsGiven(
                        services.GetRequiredService<DatabaseName>(), $"{Told(erased)} would be changed for good.",
                        $"Change {Told(erased)} for good?"))
                    return QueueExitCode.NotConfirmed;
                order = order with { DryRun = false };
                erased = await RunAsync(store, order, cancellationToken);
            }

            Console.WriteLine(
                arguments.GetValue(json) ? JsonSerializer.Serialize(erased, OperationsJson.Default.CreatorErased) : Sentence(erased));
            return erased.Left is { Posts: 0, Items: 0, History: 0 } ? QueueExitCode.Done : QueueExitCode.SomeLeft;
        });
        return command;
    }

    private static CreatorErasure Checked(CreatorErasure order)
    {
        RequestText.Check("--name", order.Name, 100);
        RequestText.Check("--reason", order.Reason, 1000);
        if (order.Name is { Length: < 3 })
            throw new RefusedRequestException("--name must have 3 letters or more: a shorter one is found everywhere.");
        string?[] theirs = [$"{order.CreatorId}", order.Name];
        if (theirs.Any(one => one is not null && order.Reason?.Contains(one, StringComparison.OrdinalIgnoreCase) is true))
            throw new RefusedRequestException("--reason is kept: it must not have the creator's id or name in it.");
        return order;
    }

    private static async Task<CreatorErased> RunAsync(IOperationStore store, CreatorErasure order, CancellationToken cancellationToken)
    {
        var changed = new SortedDictionary<string, long>(StringComparer.Ordinal);
        ErasedPortion portion;
        string? after = null;
        do
        {
            portion = await store.EraseCreatorAsync(order, after, cancellationToken);
            if (portion.Changed > 0)
                changed[portion.Table] = changed.GetValueOrDefault(portion.Table) + portion.Changed;
            after = portion.Next;
        }
        while (after is not null);
        return new(order.DryRun, changed.Values.Sum(), changed, portion.Left!);
    }

    private static string Sentence(CreatorErased erased)
    {
        var left = erased.Left is { Posts: 0, Items: 0, History: 0 }
            ? ""
            : $" Their id is still in {Counted.Number(erased.Left.Posts)} posts, {Counted.Number(erased.Left.Items)} items and "
                + $"{Counted.Number(erased.Left.History)} rows of the history: a foreign key is missing, as check says.";
        return $"{Told(erased)} {(erased.DryRun ? "would be changed" : "changed")}.{left}";
    }

    private static string Told(CreatorErased erased) =>
        Counted.Of(erased.Changed, "row")
        + (erased.Changed == 0 ? "" : $" ({string.Join(", ", erased.Tables.Select(table => $"{Counted.Number(table.Value)} of {table.Key}"))})");
}

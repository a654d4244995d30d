using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using Spectre.Console;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The commands that look: tables for people, the answers of the HTTP endpoints with <c>--json</c>.</summary>
internal static class QueueReads
{
    public static Command Overview() => Read(
        new("overview", "The queue at one look."),
        (_, services, cancellationToken) => services.GetRequiredService<QueueOperations>().ReadOverviewAsync(cancellationToken),
        OperationsJson.Default.QueueOverview,
        QueueTables.Overview);

    public static Command Failures()
    {
        var since = CommandOptions.Time("--since", "Only failures from then on.");
        return Read(
            new("failures", "The failed items by cause.") { since },
            (arguments, services, cancellationToken) =>
                Store(services).ReadFailuresAsync(arguments.GetValue(since), cancellationToken),
            OperationsJson.Default.FailureCauses,
            QueueTables.Failures);
    }

    public static Command Items()
    {
        var filter = new FilterOptions();
        var limit = CommandOptions.Whole("--limit", "Items a page", 1, 1000, 20);
        var oldest = new Option<bool>("--oldest") { Description = "The oldest first." };
        var after = new Option<string?>("--after") { Description = "Where a page begins, as the one before says." };
        var command = new Command(
            "items",
            "Items that match a filter, the newest first. Without a status they are in the order of their ids, which are random where " +
            "they are from before the migrations.") { limit, oldest, after };
        filter.AddTo(command);
        return Read(
            command,
            async (arguments, services, cancellationToken) =>
            {
                var store = Store(services);
                return await store.ReadItemsAsync(
                    new(
                        await filter.ReadAsync(arguments, store, cancellationToken), !arguments.GetValue(oldest), arguments.GetValue(limit)!.Value,
                        ItemCursor.Checked(arguments.GetValue(after))),
                    cancellationToken);
            },
            OperationsJson.Default.ItemPage,
            QueueTables.Items);
    }

    public static Command Item()
    {
        var id = new Argument<string>("id") { Description = "The item's id, the last eight characters of it as the log has them, or its post's id." };
        return Read(
            new("item", "One item with all that befell it.") { id },
            async (arguments, services, cancellationToken) =>
                await FindAsync(Store(services), arguments.GetValue(id)!, cancellationToken) is { } found
                    && await Store(services).ReadItemAsync(found, cancellationToken) is { } story
                    ? story
                    : throw new RefusedRequestException($"There is no item {RequestText.Shortened(arguments.GetValue(id)!)}."),
            OperationsJson.Default.ItemStory,
            QueueTables.Item);
    }

    public static Command Creators()
    {
        var name = new Argument<string>("name") { Description = "How the name begins, in capitals or not." };
        return Read(
            new("creators", "The ids of creators, by name.") { name },
            (arguments, services, cancellationToken) =>
            {
                RequestText.Check("name", arguments.GetValue(name), 100);
                return Store(services).FindCreatorsAsync(arguments.GetValue(name)!, cancellationToken);
            },
            OperationsJson.Default.CreatorsFound,
            QueueTables.Creators);
    }

    public static Command Changes()
    {
        var verb = CommandOptions.Choice<RecordedVerb>("--verb");
        var actor = new Option<string?>("--actor") { Description = "A part of the name of who did it." };
        var platform = new Option<string?>("--platform") { Description = "Changes of this platform, and of all." };
        var limit = CommandOptions.Whole("--limit", "Changes to show", 1, 1000, 20);
        return Read(
            new("changes", "The audit log: who changed what, the newest first.") { verb, actor, platform, limit },
            (arguments, services, cancellationToken) =>
            {
                RequestText.Check("--actor", arguments.GetValue(actor), 200);
                RequestText.CheckName("--platform", arguments.GetValue(platform), 100);
                return Store(services).ReadChangesAsync(
                    new(
                        arguments.GetValue(verb), arguments.GetValue(actor), arguments.GetValue(limit)!.Value,
                        Platform: arguments.GetValue(platform)),
                    cancellationToken);
            },
            OperationsJson.Default.ChangePage,
            QueueTables.Changes);
    }

    /// <summary>By key where it is an id; else through the table, page by page, to the first that ends so.</summary>
    private static async Task<Guid?> FindAsync(IOperationStore store, string given, CancellationToken cancellationToken)
    {
        if (Guid.TryParseExact(given, "D", out var id))
            return (await store.FindAsync(id, cancellationToken)).ItemId;
        if (given.Length != 8)
            throw new RefusedRequestException("An item is asked for by its id, the last eight characters of it, or its post's id.");
        var query = new ItemQuery(ItemFilters.Checked(new() { ShortId = given }), PageSize: 1);
        while (true)
        {
            var page = await store.ReadItemsAsync(query, cancellationToken);
            if (page.Items is [var item, ..])
                return item.Id;
            if (page.Next is not { } next)
                return null;
            query = query with { After = next };
        }
    }

    private static IOperationStore Store(IServiceProvider services) => services.GetRequiredService<IOperationStore>();

    private static Command Read<T>(
        Command command,
        Func<ParseResult, IServiceProvider, CancellationToken, Task<T>> read,
        JsonTypeInfo<T> json,
        Action<IAnsiConsole, T> write)
    {
        var asJson = CommandOptions.Json();
        command.Options.Add(asJson);
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            await using var services = CommandServices.Create();
            var answer = await read(arguments, services, cancellationToken);
            if (arguments.GetValue(asJson))
                Console.WriteLine(JsonSerializer.Serialize(answer, json));
            else
            {
                if (Console.IsOutputRedirected)
                    AnsiConsole.Profile.Width = int.MaxValue;
                write(AnsiConsole.Console, answer);
            }

            return QueueExitCode.Done;
        });
        return command;
    }
}

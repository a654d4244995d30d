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
        var since = new Option<DateTimeOffset?>("--since") { Description = "Only failures from then on." };
        return Read(
            new("failures", "The failed items by cause.") { since },
            (arguments, services, cancellationToken) =>
                Store(services).ReadFailuresAsync(arguments.GetValue(since)?.ToUniversalTime(), cancellationToken),
            OperationsJson.Default.FailureCauses,
            QueueTables.Failures);
    }

    public static Command Items()
    {
        var filter = new FilterOptions();
        var limit = new Option<int>("--limit") { Description = "Items a page, 1 to 1000.", DefaultValueFactory = _ => 20 };
        var oldest = new Option<bool>("--oldest") { Description = "The oldest first." };
        var after = new Option<string?>("--after") { Description = "Where a page begins, as the one before says." };
        var command = new Command("items", "Items that match a filter, the newest first.") { limit, oldest, after };
        filter.AddTo(command);
        return Read(
            command,
            (arguments, services, cancellationToken) =>
            {
                return Store(services).ReadItemsAsync(
                    new(
                        filter.Read(arguments), !arguments.GetValue(oldest), PageSize(arguments.GetValue(limit)),
                        ItemCursor.Checked(arguments.GetValue(after))),
                    cancellationToken);
            },
            OperationsJson.Default.ItemPage,
            QueueTables.Items);
    }

    public static Command Item()
    {
        var id = new Argument<Guid>("id") { Description = "The item's id." };
        return Read(
            new("item", "One item with all that befell it.") { id },
            async (arguments, services, cancellationToken) =>
                await Store(services).ReadItemAsync(arguments.GetValue(id), cancellationToken)
                    ?? throw new RefusedRequestException($"There is no item {arguments.GetValue(id)}."),
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
        var verb = new Option<RecordedVerb?>("--verb") { Description = "retry, cancel, prune, undo, pause, resume, limit or resetStuck." };
        var actor = new Option<string?>("--actor") { Description = "A part of the name of who did it." };
        var platform = new Option<string?>("--platform") { Description = "Changes of this platform, and of all." };
        var limit = new Option<int>("--limit") { Description = "Changes to show, 1 to 1000.", DefaultValueFactory = _ => 20 };
        return Read(
            new("changes", "Who changed what, the newest first.") { verb, actor, platform, limit },
            (arguments, services, cancellationToken) =>
            {
                RequestText.Check("--actor", arguments.GetValue(actor), 200);
                RequestText.CheckName("--platform", arguments.GetValue(platform), 100);
                return Store(services).ReadChangesAsync(
                    new(
                        arguments.GetValue(verb), arguments.GetValue(actor), PageSize(arguments.GetValue(limit)),
                        Platform: arguments.GetValue(platform)),
                    cancellationToken);
            },
            OperationsJson.Default.ChangePage,
            QueueTables.Changes);
    }

    private static int PageSize(int limit) => limit is >= 1 and <= 1000
        ? limit
        : throw new RefusedRequestException("--limit must be one whole number from 1 to 1000.");

    private static IOperationStore Store(IServiceProvider services) => services.GetRequiredService<IOperationStore>();

    private static Command Read<T>(
        Command command,
        Func<ParseResult, IServiceProvider, CancellationToken, Task<T>> read,
        JsonTypeInfo<T> json,
        Action<IAnsiConsole, T> write)
    {
        var asJson = new Option<bool>("--json") { Description = "Print the answer as JSON." };
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

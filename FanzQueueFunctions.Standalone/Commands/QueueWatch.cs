using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Spectre.Console;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary><c>queue health</c> and <c>queue watch</c>: whether it is well, once or again and again.</summary>
internal static class QueueWatch
{
    public static Command Health()
    {
        var json = CommandOptions.Json();
        var command = new Command("health", "Whether the queue is well, and why not. Exit code 2 where it is not.") { json };
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            await using var services = CommandServices.Create();
            var overview = await services.GetRequiredService<QueueOperations>().ReadOverviewAsync(cancellationToken);
            Console.WriteLine(arguments.GetValue(json)
                ? JsonSerializer.Serialize(overview.Health!, OperationsJson.Default.QueueVerdict)
                : Sentence(overview));
            return overview.Health!.Status == HealthStatus.Healthy ? QueueExitCode.Done : QueueExitCode.SomeLeft;
        });
        return command;
    }

    public static Command Watch()
    {
        var seconds = CommandOptions.Whole("--seconds", "Between two looks", 1, 3600, 5);
        var count = CommandOptions.Whole("--count", "End after so many looks", 1, int.MaxValue);
        var command = new Command("watch", "The overview again and again, until Ctrl+C; a line a look in a pipe.") { seconds, count };
        command.SetOperatorAction(async (arguments, cancellationToken) =>
        {
            await using var services = CommandServices.Create();
            var operations = services.GetRequiredService<QueueOperations>();
            try
            {
                for (var look = 1; ; look++)
                {
                    Show(await operations.ReadOverviewAsync(cancellationToken), isFirst: look == 1);
                    if (look >= arguments.GetValue(count))
                        return QueueExitCode.Done;
                    await Task.Delay(TimeSpan.FromSeconds(arguments.GetValue(seconds)!.Value), cancellationToken);
                }
            }
            catch (OperationCanceledException)
            {
                return QueueExitCode.Done;
            }
        });
        return command;
    }

    private static void Show(QueueOverview overview, bool isFirst)
    {
        if (!Console.IsOutputRedirected)
        {
            AnsiConsole.Clear();
            Console.WriteLine(Sentence(overview));
            QueueTables.Overview(AnsiConsole.Console, overview);
            return;
        }

        if (isFirst)
            Console.WriteLine("time\thealth\tdue\trunning\tstuck\tfailed\tposted last hour");
        Console.WriteLine(string.Join(
            '\t',
            overview.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture),
            $"{overview.Health!.Status}".ToLowerInvariant(), Number(overview.Due), Number(overview.Counts.Processing),
            Number(overview.Stuck), Number(overview.Counts.Failed),
            overview.Recent.Single(recent => recent.Seconds == 3600).Posted.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Sentence(QueueOverview overview)
    {
        var reasons = overview.Health!.Reasons.AsEnumerable();
        if (overview.Paused.FirstOrDefault(pause => pause.Platform == ControlOrder.Everything) is { } pause)
            reasons = reasons.Prepend($"everything is paused by {pause.PausedBy}");
        var state = $"{overview.Health.Status}".ToLowerInvariant();
        return reasons.Any() ? $"{state}: {string.Join("; ", reasons)}" : state;
    }

    /// <summary>In a pipe a number stays one: with a plus where there are more.</summary>
    private static string Number(BoundedCount count) =>
        $"{count.Count.ToString(CultureInfo.InvariantCulture)}{(count.Precision == CountPrecision.AtLeast ? "+" : "")}";
}

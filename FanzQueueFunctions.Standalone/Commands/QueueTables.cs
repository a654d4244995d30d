using System.Globalization;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Spectre.Console;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>The operator's answers as tables. Text that people wrote stays on its line, and marks nothing up.</summary>
internal static class QueueTables
{
    private const int NarrowestTable = 100;

    public static void Overview(IAnsiConsole console, QueueOverview overview)
    {
        console.WriteLine($"Database: {OneLine.Of(overview.Database ?? "")}");
        var counts = overview.Counts;
        Write(console, ["queued", "due", "scheduled", "running", "stuck", "failed", "posted", "cancelled", "oldest due"],
        [
            [
                Text(counts.Queued), Text(overview.Due), Text(overview.Scheduled), Text(counts.Processing),
                Text(overview.Stuck), Text(counts.Failed), Text(counts.Posted), Text(counts.Cancelled),
                overview.OldestDueAt is null ? "–" : Duration.Of(overview.OldestDueSeconds),
            ],
        ]);
        Write(
            console,
            ["last", "posted", "failed", "retried", "p50", "p95", "p99"],
            overview.Recent.Select(recent => (string[])
            [
                Duration.Of(recent.Seconds), Text(recent.Posted), Text(recent.Failed), Text(recent.Retried),
                Duration.Of(recent.SecondsToPostP50), Duration.Of(recent.SecondsToPostP95), Duration.Of(recent.SecondsToPostP99),
            ]));
        Write(
            console,
            ["platform", "due", "running", "failed", "posted today", "failed today", "held back"],
            overview.Platforms.Select(platform => (string[])
            [
                platform.Platform, Text(platform.Due), Text(platform.InHand), Text(platform.Failed),
                Text(platform.PostedLastDay), Text(platform.FailedLastDay), HeldBack(platform),
            ]));
        foreach (var pause in overview.Paused)
            console.WriteLine(OneLine.Of($"{Told(pause)}."));
    }

    public static void Failures(IAnsiConsole console, FailureCauses causes) => Write(
        console,
        ["items", "last 10 min", "last failed", "platforms", "retry", "cause"],
        causes.Causes.Select(cause => (string[])
        [
            OrMore(cause.Count, cause.IsExact), OrMore(cause.LastTenMinutes, cause.LastTenMinutesIsExact), Text(cause.LastFailedAt),
            cause.Platforms.Count <= 3 ? string.Join(", ", cause.Platforms) : $"{cause.Platforms.Count}",
            cause.IsFinal ? "mends nothing" : "may mend it", cause.Cause,
        ]));

    public static void Items(IAnsiConsole console, ItemPage page)
    {
        Write(
            console,
            ["id", "status", "platform", "queued", "title", "error"],
            page.Items.Select(item => (string[])
            [
                item.Id.ToString(), item.Status, item.TargetPlatform, Text(item.QueuedAt), item.Title ?? "",
                item.Error ?? "",
            ]));
        if (page.LookedAtUntil is { } until)
            console.WriteLine($"Looked at the items until {Text(until)}; more may follow.");
        if (page.Next is { } next)
            console.WriteLine($"Go on with --after \"{next}\"");
    }

    public static void Item(IAnsiConsole console, ItemStory story)
    {
        var item = story.Item;
        Write(console, ["item", ""],
        [
            ["id", item.Id.ToString()],
            ["status", item.Status],
            ["platform", item.TargetPlatform],
            ["title", item.Title ?? ""],
            ["creator", $"{item.CreatorName} ({item.CreatorId})"],
            ["original", item.OriginalPostId.ToString()],
            ["post", item.TargetPostId?.ToString() ?? "–"],
            ["queued", Text(item.QueuedAt)],
            ["due", Text(item.DueAt)],
            ["waits", story.Waits is { } waits ? Told(item, waits) : "–"],
            ["retries", $"{item.RetryCount} of {item.MaxRetries}"],
            ["rescues", Text(item.RescueCount)],
            ["error", item.Error ?? "–"],
        ]);
        Write(
            console,
            ["tried", "what came of it", "next try", "error"],
            story.Tries.Select(one => (string[])
            [
                Text(one.TriedAt), one.Outcome.ToString().ToLowerInvariant(), Text(one.RetryAt), one.Error ?? "",
            ]));
        Write(
            console,
            ["changed", "what", "who", "it was", "reason"],
            story.Deeds.Select(deed => (string[])
            [
                Text(deed.At), Text(deed.Verb), deed.Actor, deed.StatusBefore, deed.Reason ?? "",
            ]));
    }

    public static void Creators(IAnsiConsole console, CreatorsFound found)
    {
        Write(
            console,
            ["id", "name"],
            found.Creators.Select(creator => (string[])[creator.CreatorId.ToString(), creator.CreatorName]));
        if (!found.IsWhole)
            console.WriteLine("There are more; give more letters of the name.");
    }

    public static void Changes(IAnsiConsole console, ChangePage page) => Write(
        console,
        ["started", "who", "what", "of what", "done", "left", "beyond its limit", "finished", "reason", "key"],
        page.Actions.Select(change => (string[])
        [
            Text(change.StartedAt), change.Actor ?? "", Text(change.Verb), Scope(change), Text(change.Done),
            Text(change.Meant - change.Done), change.BeyondLimit is { } more ? Text(more) : "",
            change.Finished ? "yes" : "no", change.Reason ?? "", change.IdempotencyKey ?? "",
        ]));

    /// <summary>A table on a terminal, a block a row on a narrow one; in a pipe whole values between tabs, the names in front.</summary>
    private static void Write(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var row in rows.Prepend(columns))
                Console.WriteLine(string.Join('\t', row.Select(OneLine.Whole)));
            Console.WriteLine();
            return;
        }

        if (console.Profile.Width < NarrowestTable && columns.Length > 2)
        {
            var names = columns.Max(name => name.Length);
            foreach (var row in rows)
            {
                foreach (var (name, cell) in columns.Zip(row).Where(pair => pair.Second.Length > 0))
                    console.Write(new Text($"{name.PadRight(names)}  {OneLine.Of(cell)}\n"));
                console.WriteLine();
            }

            return;
        }

        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns([.. columns.Select(name => new TableColumn(new Text(name)))]);
        // An id is to be copied.
        table.Columns[0].NoWrap();
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(OneLine.Of(cell)))]);
        console.Write(table);
    }

    private static string Text(BoundedCount count) => count.Precision switch
    {
        CountPrecision.AtLeast => OrMore(count.Count, isExact: false),
        CountPrecision.Estimated => $"≈ {Text(count.Count)}",
        _ => Text(count.Count),
    };

    private static string HeldBack(PlatformFigures platform) => (platform.IsPaused, platform.PerMinute) switch
    {
        (true, { } perMinute) => $"paused, {Text(perMinute)} a minute",
        (true, null) => "paused",
        (false, { } perMinute) => $"{Text(perMinute)} a minute",
        _ => "",
    };

    private static string Told(PausedPlatform pause) =>
        $"{Target(pause.Platform)} is paused since {Text(pause.PausedAt)} by {pause.PausedBy} ({pause.Reason ?? "no reason given"})";

    /// <summary>Why a queued item waits.</summary>
    private static string Told(QueueItem item, ItemWaits waits)
    {
        var ahead = waits.Ahead.Count > 0 ? $"; {Text(waits.Ahead)} before it" : "";
        return waits switch
        {
            { Paused: { } pause } => $"{Told(pause)}{ahead}",
            _ when item.DueAt > DateTimeOffset.UtcNow => "for its time",
            { PerMinute: { } perMinute } => $"its platform gets {Counted.Of(perMinute, "post")} a minute{ahead}",
            _ => $"for its turn{ahead}",
        };
    }

    private static string Target(string platform) => platform == ControlOrder.Everything ? "Everything" : platform;

    /// <summary>What a pause, a resume or a limit was of; of a change of items, how they were named.</summary>
    private static string Scope(Change change) => change switch
    {
        { Verb: RecordedVerb.Limit, Filter: { } filter } =>
            $"{filter.Platform}, {(filter.PerMinute is { } perMinute ? $"{Counted.Of(perMinute, "post")} a minute" : "no limit")}",
        { Verb: RecordedVerb.Pause or RecordedVerb.Resume, Filter.Platform: { } platform } => Target(platform),
        { Filter.Ids: { } ids } => $"{Counted.Of(ids.Count, "item")} by id",
        { Verb: RecordedVerb.Undo, Filter.Of: { } key } => $"the cancel {key}",
        { Verb: RecordedVerb.ResetStuck, Filter.OlderThanSeconds: { } seconds } => $"in processing for over {Duration.Of(seconds)}",
        { Filter: { } filter } => string.Join(", ", Words(filter)),
        _ => "",
    };

    /// <summary>All that a filter asks.</summary>
    private static IEnumerable<string> Words(ChangeScope filter)
    {
        if (filter.Erased == true)
            yield return "(erased)";
        if (filter.History == true)
            yield return "history";
        if (filter.Changes == true)
            yield return "audit log";
        if (filter.Status is { } status)
            yield return Text(status);
        if (filter.Platform is { } platform)
            yield return $"platform {(platform.Length == 0 ? "(empty)" : platform)}";
        if (filter.CreatorId is { } creator)
            yield return $"creator {creator}";
        if (filter.OriginalPostId is { } original)
            yield return $"original {original}";
        if (filter.Cause is { } cause)
            yield return $"cause {cause}";
        if (filter.Title is { } title)
            yield return $"title {title}";
        if (filter.Text is { } text)
            yield return $"text {text}";
        if (filter.ShortId is { } shortId)
            yield return $"id …{shortId}";
        if (filter.From is { } from)
            yield return $"from {Text(from)}";
        if (filter.To is { } to)
            yield return $"before {Text(to)}";
    }

    private static string Text(RecordedVerb? verb) => verb switch
    {
        RecordedVerb.ResetStuck => "reset stuck",
        { } known => known.ToString().ToLowerInvariant(),
        null => "",
    };

    private static string Text(ItemStatus status) => status.ToString().ToLowerInvariant();

    private static string Text(long number) => Counted.Number(number);

    private static string OrMore(long number, bool isExact) => isExact ? Text(number) : $"{Text(number)}+";

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture) ?? "–";
}

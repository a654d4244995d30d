using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Telemetry;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// All items that match a filter as one file, page by page as they are read: <c>GET /api/queue/export</c>. CSV is RFC 4180 with every
/// cell quoted, a byte order mark and times in UTC, as spreadsheets read it; JSON is an array of what <c>items</c> answers.
/// </summary>
internal static partial class ItemExport
{
    private const int PageSize = 1000;

    private static readonly (string Name, Func<QueueItem, string?> Value)[] Columns =
    [
        ("id", item => item.Id.ToString()),
        ("status", item => item.Status),
        ("targetPlatform", item => item.TargetPlatform),
        ("title", item => item.Title),
        ("originalPostId", item => item.OriginalPostId.ToString()),
        ("creatorId", item => item.CreatorId.ToString()),
        ("creatorName", item => item.CreatorName),
        ("targetPostId", item => item.TargetPostId?.ToString()),
        ("error", item => item.Error),
        ("cause", item => item.Cause),
        ("retryCount", item => Text(item.RetryCount)),
        ("maxRetries", item => Text(item.MaxRetries)),
        ("rescueCount", item => Text(item.RescueCount)),
        ("queuedAt", item => Text(item.QueuedAt)),
        ("scheduledFor", item => Text(item.ScheduledFor)),
        ("dueAt", item => Text(item.DueAt)),
        ("processingStartedAt", item => Text(item.ProcessingStartedAt)),
        ("completedAt", item => Text(item.CompletedAt)),
        ("failedAt", item => Text(item.FailedAt)),
        ("updatedAt", item => Text(item.UpdatedAt)),
    ];

    /// <param name="first">The first page, read before anything is sent: a store that fails is a problem document still.</param>
    public static IResult Answer(IOperationStore store, ItemQuery query, ItemPage first, bool asCsv, CancellationToken cancellationToken) =>
        Results.Stream(
            stream => asCsv
                ? WriteCsvAsync(stream, PagesAsync(store, query, first, cancellationToken), cancellationToken)
                : WriteJsonAsync(stream, PagesAsync(store, query, first, cancellationToken), cancellationToken),
            asCsv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
            asCsv ? "items.csv" : "items.json");

    public static ItemQuery FirstPage(ItemFilter filter, bool newestFirst) => new(filter, newestFirst, PageSize);

    private static async IAsyncEnumerable<ItemPage> PagesAsync(
        IOperationStore store, ItemQuery query, ItemPage first,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = first;
        yield return page;
        while (page.Next is { } next)
        {
            page = await store.ReadItemsAsync(query with { After = next }, cancellationToken);
            yield return page;
        }
    }

    private static async Task WriteCsvAsync(Stream stream, IAsyncEnumerable<ItemPage> pages, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteAsync(Line(Columns.Select(column => (string?)column.Name)));
        await foreach (var page in pages)
        {
            foreach (var item in page.Items)
                await writer.WriteAsync(Line(Columns.Select(column => column.Value(item))));
            await writer.FlushAsync(cancellationToken);
        }
    }

    private static async Task WriteJsonAsync(Stream stream, IAsyncEnumerable<ItemPage> pages, CancellationToken cancellationToken)
    {
        var separator = "["u8.ToArray();
        await foreach (var page in pages)
        {
            foreach (var item in page.Items)
            {
                await stream.WriteAsync(separator, cancellationToken);
                await JsonSerializer.SerializeAsync(stream, item, OperationsJson.Default.QueueItem, cancellationToken);
                separator = ",\n"u8.ToArray();
            }

            await stream.FlushAsync(cancellationToken);
        }

        await stream.WriteAsync(separator.Length == 1 ? "[]"u8.ToArray() : "]"u8.ToArray(), cancellationToken);
    }

    private static string Line(IEnumerable<string?> cells) => $"{string.Join(',', cells.Select(Cell))}\r\n";

    // Escaped as in every output, so that no title can turn the text around it or begin a line of its own.
    private static string Cell(string? text) =>
        $"\"{Formula().Replace(Unprintable.Escaped(text ?? ""), "$1'").Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // What a spreadsheet would take for a formula gets an apostrophe: at the beginning of a cell, and behind whatever another
    // country's spreadsheet takes for the end of one; full-width signs count.
    [GeneratedRegex("""(^|[;|,])(?=["'\s]*[=+\-@＝＋－＠])""", RegexOptions.CultureInvariant)]
    private static partial Regex Formula();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Lets an operator look: <c>GET /api/queue/overview</c> and the others. One key opens them all, and changes nothing.
/// <c>GET /api/queue/openapi</c> describes them.
/// </summary>
public sealed class ReadHandler(QueueOperations operations, IOperationStore store, DatabaseCheck check, EntraId entraId)
{
    /// <summary>The same without a key, for whoever is signed in with Microsoft Entra ID: <c>GET /api/queue/entra/overview</c>.</summary>
    public async Task<IResult> AnswerPrincipalAsync(HttpRequest request, CancellationToken cancellationToken) =>
        entraId.Admits(request, changes: false, out _, out var refusal)
            ? await AnswerAsync(request, cancellationToken)
            : refusal;

    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var view = ((string)request.RouteValues["view"]!).ToLowerInvariant();
        var id = (string?)request.RouteValues["id"];
        try
        {
            return (view, id) switch
            {
                ("overview", null) => await OverviewAsync(request, cancellationToken),
                ("series", null) => await SeriesAsync(request, cancellationToken),
                ("platforms", null) => await PlatformsAsync(request, cancellationToken),
                ("find", null) => await FindAsync(request, cancellationToken),
                ("export", null) => await ExportAsync(request, cancellationToken),
                ("items", null) => await ItemsAsync(request, cancellationToken),
                ("items", _) => await ItemAsync(request, id, cancellationToken),
                ("failures", null) => await FailuresAsync(request, cancellationToken),
                ("creators", null) => await CreatorsAsync(request, cancellationToken),
                ("findings", null) => await FindingsAsync(request, cancellationToken),
                ("changes", null) => await ChangesAsync(request, cancellationToken),
                ("openapi", null) => OpenApi.Answer(),
                _ => Problems.Of(StatusCodes.Status404NotFound, "Not found", $"There is nothing below /api/queue/{view}."),
            };
        }
        catch (RefusedRequestException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (QueueStoreException exception)
        {
            return Problems.Of(exception, "The queue was not read");
        }
    }

    private async Task<IResult> OverviewAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        _ = new QueryReader(request.Query);
        var overview = await operations.ReadOverviewAsync(cancellationToken);
        return Json(overview, OperationsJson.Default.QueueOverview);
    }

    private async Task<IResult> SeriesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request.Query, "range", "platform");
        var range = SeriesRange.Named(query.OneOf("range", [.. SeriesRange.All.Select(range => range.Name)]))!;
        var series = await store.ReadSeriesAsync(range, query.Text("platform", 100), cancellationToken);
        return Json(series, OperationsJson.Default.QueueSeries);
    }

    private async Task<IResult> PlatformsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        _ = new QueryReader(request.Query);
        return Json(await store.ReadPlatformSeriesAsync(cancellationToken), OperationsJson.Default.PlatformSeries);
    }

    private async Task<IResult> ItemsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request.Query, [.. FilterQuery.Parameters, "order", "limit", "after"]);
        var page = new ItemQuery(
            FilterQuery.Read(query),
            NewestFirst: query.OneOf("order", "newest", "oldest") == "newest",
            query.Whole("limit", 50, 1, 1000),
            ItemCursor.Checked(query.Text("after", 100)));
        return Json(await store.ReadItemsAsync(page, cancellationToken), OperationsJson.Default.ItemPage);
    }

    private async Task<IResult> ExportAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request.Query, [.. FilterQuery.Parameters, "order", "format"]);
        var asCsv = query.OneOf("format", "csv", "json") == "csv";
        var page = ItemExport.FirstPage(FilterQuery.Read(query), query.OneOf("order", "newest", "oldest") == "newest");
        var first = await store.ReadItemsAsync(page, cancellationToken);
        PrivateJson.Mark(request.HttpContext.Response);
        return ItemExport.Answer(store, page, first, asCsv, cancellationToken);
    }

    private async Task<IResult> FindAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var id = new QueryReader(request.Query, "id").Id("id")
            ?? throw new RefusedRequestException("What is looked for is said by its id: ?id=…");
        return Json(await store.FindAsync(id, cancellationToken), OperationsJson.Default.IdFound);
    }

    private async Task<IResult> ItemAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        _ = new QueryReader(request.Query);
        if (!Guid.TryParseExact(id, "D", out var itemId))
            throw new RefusedRequestException($"\"{RequestText.Shortened(id)}\" is no id of an item. One is like 3f2b8c1e-0000-4000-8000-000000000000.");
        return await store.ReadItemAsync(itemId, cancellationToken) is { } story
            ? Json(story, OperationsJson.Default.ItemStory)
            : Problems.Of(StatusCodes.Status404NotFound, "Not found", $"There is no item {itemId}.");
    }

    private async Task<IResult> FailuresAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request.Query, "since");
        var causes = await store.ReadFailuresAsync(query.Time("since"), cancellationToken);
        return Json(causes, OperationsJson.Default.FailureCauses);
    }

    private async Task<IResult> CreatorsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var name = new QueryReader(request.Query, "name").Text("name", 100)
            ?? throw new RefusedRequestException("A creator is looked for by the first letters of the name: ?name=…");
        return Json(
            await store.FindCreatorsAsync(name, cancellationToken), OperationsJson.Default.CreatorsFound);
    }

    private async Task<IResult> FindingsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        _ = new QueryReader(request.Query);
        return Json(await check.FindAsync(cancellationToken), OperationsJson.Default.IReadOnlyListFinding);
    }

    private async Task<IResult> ChangesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request.Query, "verb", "actor", "platform", "limit", "before");
        var changes = await store.ReadChangesAsync(
            new(
                query.Value<RecordedVerb>("verb"), query.Text("actor", 200), query.Whole("limit", 50, 1, 1000), query.Id("before"),
                query.Name("platform", 100)),
            cancellationToken);
        return Json(changes, OperationsJson.Default.ChangePage);
    }

    private static JsonAnswer<T> Json<T>(T value, JsonTypeInfo<T> type) => new(value, type);
}

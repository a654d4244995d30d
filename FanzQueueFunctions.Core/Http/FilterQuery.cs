using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Http;

/// <summary>The parameters by which a query says which items it means.</summary>
internal static class FilterQuery
{
    public static readonly string[] Parameters =
        ["status", "platform", "creatorId", "originalPostId", "cause", "title", "text", "shortId", "from", "to"];

    /// <exception cref="RefusedRequestException">A value is not what it must be.</exception>
    public static ItemFilter Read(QueryReader query) => ItemFilters.Checked(new()
    {
        Status = query.Value<ItemStatus>("status"),
        Platform = query.Name("platform", 100),
        CreatorId = query.Id("creatorId"),
        OriginalPostId = query.Id("originalPostId"),
        Cause = query.Text("cause", 300),
        Title = query.Text("title", 255),
        Text = query.Text("text", 255),
        ShortId = query.Text("shortId", 8),
        From = query.Time("from"),
        To = query.Time("to"),
    });
}

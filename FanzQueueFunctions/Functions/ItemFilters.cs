using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Functions;

/// <summary>What a request says of the items that it means.</summary>
internal static class ItemFilters
{
    public static readonly string[] Parameters =
        ["status", "platform", "creatorId", "originalPostId", "cause", "title", "from", "to"];

    /// <exception cref="RefusedRequestException">A value is not what it must be.</exception>
    public static ItemFilter Read(QueryReader query) => Checked(new()
    {
        Status = query.Status("status"),
        Platform = query.Text("platform", 100),
        CreatorId = query.Id("creatorId"),
        OriginalPostId = query.Id("originalPostId"),
        Cause = query.Text("cause", 300),
        Title = query.Text("title", 255),
        From = query.Time("from"),
        To = query.Time("to"),
    });

    /// <exception cref="RefusedRequestException">A value is not what it must be.</exception>
    public static ItemFilter Checked(ItemFilter filter)
    {
        RequestText.Check("platform", filter.Platform, 100);
        RequestText.Check("cause", filter.Cause, 300);
        RequestText.Check("title", filter.Title, 255);
        return filter.From >= filter.To
            ? throw new RefusedRequestException("from must be before to.")
            : filter;
    }
}

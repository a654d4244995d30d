namespace FanzQueueFunctions.Operations;

/// <summary>What is asked of a filter, whoever gives it.</summary>
internal static class ItemFilters
{
    /// <exception cref="RefusedRequestException">A value is not what it must be.</exception>
    public static ItemFilter Checked(ItemFilter filter)
    {
        RequestText.CheckName("platform", filter.Platform, 100);
        RequestText.Check("cause", filter.Cause, 300);
        RequestText.Check("title", filter.Title, 255);
        RequestText.Check("text", filter.Text, 255);
        if (filter.ShortId is { } shortId && (shortId.Length != 8 || !shortId.All(char.IsAsciiHexDigit)))
            throw new RefusedRequestException("shortId must be the last eight characters of an item's id, as the log has them.");
        return filter.From >= filter.To
            ? throw new RefusedRequestException("from must be before to.")
            : filter;
    }
}

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
        return filter.From >= filter.To
            ? throw new RefusedRequestException("from must be before to.")
            : filter;
    }
}

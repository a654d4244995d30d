namespace FanzQueueFunctions.Operations;

/// <summary>One page of items that is asked for.</summary>
/// <param name="NewestFirst">By the time that goes with the filter's status; without a status by id.</param>
/// <param name="PageSize">1 to 1000.</param>
/// <param name="After">The <see cref="ItemPage.Next"/> of the page before; null for the first.</param>
public sealed record ItemQuery(ItemFilter Filter, bool NewestFirst = true, int PageSize = 50, string? After = null);

/// <summary>A page of items.</summary>
public sealed record ItemPage
{
    public required IReadOnlyList<QueueItem> Items { get; init; }

    /// <summary>Where the next page begins; null where this is the last.</summary>
    public string? Next { get; init; }

    /// <summary>
    /// Set where the page ended because it had looked at as many items as one page may: so far it came, and more may
    /// follow.
    /// </summary>
    public DateTimeOffset? LookedAtUntil { get; init; }
}

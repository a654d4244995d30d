using System.Diagnostics;

namespace FanzQueueFunctions.Operations;

/// <summary>Makes an order of what was asked for, or says why it is none. The rules are the same over HTTP and on the command line.</summary>
internal static class ChangeOrders
{
    /// <param name="now">The time against which a prune's age is checked; the database checks it again.</param>
    /// <exception cref="RefusedRequestException">It cannot be done as it is asked for.</exception>
    public static ChangeOrder Of(
        ItemVerb verb, ChangeBody body, string actor, string? idempotencyKey, DateTimeOffset now)
    {
        if (body.Ids is null == body.Filter is null)
            throw new RefusedRequestException("Either ids or a filter say which items are meant.");
        if (body.Ids is { Count: 0 or > ChangeOrder.MostIds })
            throw new RefusedRequestException($"ids must be 1 to {ChangeOrder.MostIds} ids.");
        if (body.Limit is < 1 or > ChangeOrder.MostItems)
            throw new RefusedRequestException($"limit must be one whole number from 1 to {ChangeOrder.MostItems}.");
        RequestText.Check("reason", body.Reason, 1000);
        var key = IdempotencyKeys.Checked(idempotencyKey);

        ItemStatus[] changeable = verb switch
        {
            ItemVerb.Retry => [ItemStatus.Failed, ItemStatus.Cancelled],
            ItemVerb.Cancel => [ItemStatus.Queued, ItemStatus.Processing, ItemStatus.Failed],
            ItemVerb.Prune => [ItemStatus.Posted, ItemStatus.Failed, ItemStatus.Cancelled],
            _ => throw new UnreachableException($"No rule for {verb}."),
        };
        if (body.Filter is { } filter)
        {
            ItemFilters.Checked(filter);
            if (filter.Status is not { } status || !changeable.Contains(status))
                throw new RefusedRequestException(
                    $"The filter of a {verb.ToString().ToLowerInvariant()} must have one status of " +
                    $"{string.Join(", ", changeable).ToLowerInvariant()}.");
        }

        if (verb == ItemVerb.Prune && !(body.Filter?.To <= now.AddDays(-1)))
            throw new RefusedRequestException("A prune takes a filter whose \"to\" is at least a day ago.");

        return new()
        {
            Verb = verb,
            Actor = actor,
            IdempotencyKey = key,
            Ids = body.Ids,
            Filter = body.Filter,
            Limit = body.Limit ?? ChangeOrder.DefaultLimit,
            DryRun = body.DryRun,
            Reason = body.Reason,
        };
    }

    /// <exception cref="RefusedRequestException">It cannot be done as it is asked for.</exception>
    public static ChangeOrder Of(UndoBody body, string actor, string? idempotencyKey)
    {
        RequestText.Check("of", body.Of, 200);
        RequestText.Check("reason", body.Reason, 1000);
        return new()
        {
            Verb = ItemVerb.Undo,
            Actor = actor,
            IdempotencyKey = IdempotencyKeys.Checked(idempotencyKey),
            Of = body.Of,
            DryRun = body.DryRun,
            Reason = body.Reason,
        };
    }
}

namespace FanzQueueFunctions.Operations;

/// <summary>A change of items that somebody asks for.</summary>
public sealed record ChangeOrder
{
    /// <summary>The most items that one order may name by id.</summary>
    public const int MostIds = 1000;

    /// <summary>The most items that one order may change.</summary>
    public const int MostItems = 1_000_000;

    public const int DefaultLimit = 10_000;

    public required ItemVerb Verb { get; init; }

    /// <summary>Whose order it is, for the record.</summary>
    public required string Actor { get; init; }

    /// <summary>New for each order. An order that is repeated under its key goes on where it was, and is not done twice.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Items by id, at most <see cref="MostIds"/>; null where the filter says which.</summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Items by filter, which names their status; null where ids say which.</summary>
    public ItemFilter? Filter { get; init; }

    /// <summary>Of an undo: the idempotency key of the cancel that is taken back; null for other verbs.</summary>
    public string? Of { get; init; }

    /// <summary>The most items to change, 1 to <see cref="MostItems"/>.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>Only tells how many items are meant.</summary>
    public bool DryRun { get; init; }

    /// <summary>Why, in the operator's words.</summary>
    public string? Reason { get; init; }
}

/// <summary>What can be ordered of items.</summary>
public enum ItemVerb
{
    /// <summary>Queues failed or cancelled items again; one that has its post is marked posted.</summary>
    Retry,

    /// <summary>Cancels items that are queued, in processing or failed.</summary>
    Cancel,

    /// <summary>Deletes posted, failed or cancelled items from before a time that is at least a day ago.</summary>
    Prune,

    /// <summary>Gives the items of a cancel back what they were; one that was touched since is left alone.</summary>
    Undo,
}

namespace FanzQueueFunctions.Operations;

/// <summary>A change as it stands: who ordered what, and how far it has come.</summary>
public sealed record Change
{
    /// <summary>Null in a dry run, which leaves no record.</summary>
    public string? IdempotencyKey { get; init; }
    public RecordedVerb? Verb { get; init; }
    public string? Actor { get; init; }
    public string? Reason { get; init; }

    /// <summary>What was meant: a filter, <c>ids</c>, or for other verbs than those of items what they were given.</summary>
    public ChangeScope? Filter { get; init; }

    /// <summary>The most items; null where it was no change of items that were asked for.</summary>
    public int? Limit { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Whether nothing is left to do. An order that is not finished goes on when it is repeated under its key.</summary>
    public bool Finished { get; init; }

    /// <summary>How many transactions of at most 1,000 items it took so far.</summary>
    public int Portions { get; init; }

    /// <summary>Items that the filter or the ids named, as far as it has come; 1 for a pause, a resume or a limit.</summary>
    public long Meant { get; init; }
    public long Done { get; init; }

    /// <summary>Of those done by a retry, the ones that had their post and were marked posted.</summary>
    public long MarkedPosted { get; init; }

    /// <summary>
    /// How many were left alone, by reason: <c>locked</c> by another transaction, <c>missing</c>, or the status that they
    /// turned out to have; <c>unchanged</c> where a pause, a resume or a limit found what it was to bring about.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Left { get; init; }
    public bool DryRun { get; init; }

    /// <summary>False in a dry run that stopped counting, or that reached the limit: <see cref="Meant"/> is the least that match then.</summary>
    public bool IsExact { get; init; }

    /// <summary>How many more match than the limit lets it take, which are not touched; null where it takes all.</summary>
    public BoundedCount? BeyondLimit { get; init; }

    /// <summary>In a dry run: what matches by status and platform, the 50 largest. Of an undo, the status that they get again.</summary>
    public IReadOnlyList<MeantItems>? Groups { get; init; }

    /// <summary>In a dry run: the titles of the first five.</summary>
    public IReadOnlyList<string>? Titles { get; init; }

    /// <summary>The key belongs to another order, and nothing was done.</summary>
    public bool Conflict { get; init; }
}

/// <summary>Items of one status and platform that a change means.</summary>
public sealed record MeantItems(ItemStatus Status, string Platform, long Count);

/// <summary>What a change meant.</summary>
public sealed record ChangeScope
{
    /// <summary>Of an undo: the idempotency key of the cancel.</summary>
    public string? Of { get; init; }

    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>True where the rows were those of the history, not items.</summary>
    public bool? History { get; init; }

    /// <summary>True where the rows were those of this record, not items.</summary>
    public bool? Changes { get; init; }

    /// <summary>True where something of it is gone, with the creator whom it told of.</summary>
    public bool? Erased { get; init; }

    /// <summary>A limit's posts a minute; null too where it was taken off.</summary>
    public int? PerMinute { get; init; }

    /// <summary>For how long the items were stuck at least that were reset.</summary>
    public int? OlderThanSeconds { get; init; }
    public ItemStatus? Status { get; init; }

    /// <summary>Of a pause or a resume of everything: <c>*</c>.</summary>
    public string? Platform { get; init; }
    public Guid? CreatorId { get; init; }
    public Guid? OriginalPostId { get; init; }
    public string? Cause { get; init; }
    public string? Title { get; init; }
    public string? Text { get; init; }
    public string? ShortId { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? To { get; init; }
}

/// <summary>A page of what was changed, the newest first.</summary>
public sealed record ChangePage
{
    public required IReadOnlyList<Change> Actions { get; init; }

    /// <summary>Where the next page begins; null where this is the last.</summary>
    public Guid? Next { get; init; }
}

/// <summary>One page of changes that is asked for.</summary>
/// <param name="PageSize">1 to 1000.</param>
/// <param name="Before">The <see cref="ChangePage.Next"/> of the page before; null for the first.</param>
/// <param name="Actor">A part of the name, in capitals or not.</param>
/// <param name="Platform">Changes of this platform alone; <c>*</c> is a pause or a resume of everything.</param>
public sealed record ChangeQuery(
    RecordedVerb? Verb = null, string? Actor = null, int PageSize = 50, Guid? Before = null, string? Platform = null);

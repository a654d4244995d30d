namespace FanzQueueFunctions.Operations;

/// <summary>An order to take a creator who was deleted out of what the queue itself keeps.</summary>
/// <param name="Name">A name to look for in reasons, errors and searches; null for none.</param>
public sealed record CreatorErasure(Guid CreatorId, string Actor, string? Reason, string IdempotencyKey, string? Name, bool DryRun);

/// <summary>What one portion of it did.</summary>
/// <param name="Table">The table that it went through.</param>
/// <param name="Changed">The rows that had something of the creator.</param>
/// <param name="Next">Where the next portion begins; null behind the last.</param>
/// <param name="Left">At the last: what still has their id.</param>
public sealed record ErasedPortion(string Table, long Changed, string? Next, RowsLeft? Left = null);

/// <summary>Rows that still have the creator's id, up to 1,000 of each; none where the foreign keys are in place.</summary>
public sealed record RowsLeft(long Posts, long Items, long History);

/// <summary>What all portions did together.</summary>
/// <param name="Tables">The changed rows by table.</param>
public sealed record CreatorErased(bool DryRun, long Changed, IReadOnlyDictionary<string, long> Tables, RowsLeft Left);

namespace FanzQueueFunctions.Processing;

/// <summary>What this process knows of a claim that it made, until its items are settled.</summary>
/// <param name="takenAt">When it was made, as a timestamp of the process's clock.</param>
internal sealed class ClaimInHand(Guid id, long takenAt)
{
    private readonly HashSet<Guid> _slowCreators = [];
    private readonly HashSet<Guid> _slowOnce = [];
    private readonly HashSet<Guid> _leftToLease = [];
    private int _partSize = int.MaxValue;

    public Guid Id { get; } = id;

    public long TakenAt { get; } = takenAt;

    /// <summary>When a later run last tried to finish it, as a timestamp; null: none has.</summary>
    public long? TriedAt { get; set; }

    /// <summary>How many of its items could not be settled when that was last tried.</summary>
    public int Unsettled { get; set; }

    /// <summary>
    /// The items to settle, in the parts that go in one call each: all in one, unless that ran out of time before. Then the
    /// items of creators who were too slow come last, so that everybody else's are settled first.
    /// </summary>
    public IEnumerable<ClaimedItem[]> Parts(IReadOnlyList<ClaimedItem> items) => _partSize == int.MaxValue
        ? [[.. items]]
        : items
            .Where(item => !_leftToLease.Contains(item.Id))
            .OrderBy(item => _slowCreators.Contains(item.CreatorId))
            .Chunk(_partSize);

    /// <summary>A part ran out of time: from here on each is a tenth as large, down to one item.</summary>
    /// <returns>Whether it is one item, and has done so by itself for the second time: once may be the database's fault.</returns>
    public bool RanOutOfTime(ClaimedItem[] part)
    {
        _partSize = Math.Max(1, part.Length / 10);
        if (part is not [var item])
            return false;
        _slowCreators.Add(item.CreatorId);
        return !_slowOnce.Add(item.Id);
    }

    /// <summary>Not even its failure could be written down in time: it is not tried under this claim again.</summary>
    public void LeaveToLease(ClaimedItem item) => _leftToLease.Add(item.Id);
}

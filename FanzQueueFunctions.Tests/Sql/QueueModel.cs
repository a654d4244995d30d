namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// The queue as the design describes it, in memory: what a claim, a settle, a reset and people's own hands do to it.
/// Time is in seconds and moves only when <see cref="Now"/> is set.
/// </summary>
internal sealed class QueueModel
{
    public const int LeaseSeconds = 905;
    public const int ResetAfterSeconds = 305;
    public const int RetrySeconds = 125;

    private readonly HashSet<Guid> _claims = [];

    public List<ModelItem> Items { get; } = [];

    public int Now { get; set; }

    /// <summary>Whether the one original that all items are of may not be posted any more.</summary>
    public bool OriginalHidden { get; set; }

    /// <summary>Posts ever made; each has its history row.</summary>
    public int Posts { get; private set; }

    /// <param name="dueIn">When it is scheduled, from now; null: due since five seconds ago, and not scheduled.</param>
    public ModelItem Queue(int? dueIn, int maxRetries)
    {
        var item = new ModelItem(Items.Count, maxRetries) { QueuedAt = Now - 5, ScheduledFor = Now + dueIn };
        Items.Add(item);
        return item;
    }

    public (IReadOnlyList<ModelItem> Items, int Rescued, int GivenUp) Claim(Guid claimId, int batchSize)
    {
        var (rescued, givenUp) = (0, 0);
        // Once it has taken something, it takes no more.
        if (!_claims.Contains(claimId))
        {
            foreach (var item in Present.Where(item => item.IsProcessingFor(LeaseSeconds, Now)))
            {
                item.RescueCount++;
                (item.ClaimId, item.StartedAt) = (null, null);
                var hopeless = item.RescueCount > item.MaxRetries;
                item.Status = hopeless ? "failed" : "queued";
                (rescued, givenUp) = hopeless ? (rescued, givenUp + 1) : (rescued + 1, givenUp);
            }

            var due = Present.Where(item => item.Status == "queued" && item.DueAt <= Now);
            foreach (var item in InOrder(due).Take(batchSize).ToList())
            {
                (item.Status, item.StartedAt, item.ClaimId) = ("processing", Now, claimId);
                _claims.Add(claimId);
            }
        }

        var inHand = Present.Where(item => item.ClaimId == claimId && item.Status == "processing");
        return ([.. InOrder(inHand)], rescued, givenUp);
    }

    /// <summary>One item of a settle: what the answer says of it.</summary>
    /// <param name="decided">What the worker sends.</param>
    /// <param name="retryLeft">Whether it sends a delay for the next try.</param>
    public string Settle(Guid claimId, ModelItem item, Decided decided, bool retryLeft)
    {
        if (item.Deleted || item.ClaimId != claimId)
            return "lost";
        if (item.Status == "processing")
        {
            SettleHeld(item, decided, retryLeft);
            return Answer(item);
        }

        // Settled before by this claim; queued by anybody's hand it has no start time.
        return item.Status is "posted" or "failed" || item is { Status: "queued", StartedAt: not null } ? Answer(item) : "lost";
    }

    public int ResetStuck()
    {
        var stuck = Present.Where(item => item.IsProcessingFor(ResetAfterSeconds, Now)).ToList();
        foreach (var item in stuck)
            (item.Status, item.StartedAt, item.ClaimId) = ("queued", null, null);
        return stuck.Count;
    }

    /// <summary>The document's UPDATE: the claim stays on the row.</summary>
    public void ResetByHand()
    {
        foreach (var item in Present.Where(item => item.IsProcessingFor(ResetAfterSeconds, Now)))
            (item.Status, item.StartedAt) = ("queued", null);
    }

    /// <summary>The state as text, one line an item.</summary>
    public override string ToString() =>
        string.Concat(Present.Select(item => $"{item}\n")) + $"posts {Posts}, history rows {Posts}";

    private IEnumerable<ModelItem> Present => Items.Where(item => !item.Deleted);

    // Oldest due first, then by id, which counts up as the number does.
    private static IEnumerable<ModelItem> InOrder(IEnumerable<ModelItem> items) =>
        items.OrderBy(item => item.DueAt).ThenBy(item => item.Number);

    private void SettleHeld(ModelItem item, Decided decided, bool retryLeft)
    {
        if (item.HasPost)
            item.Status = "posted";
        else if (decided == Decided.Refuse || decided == Decided.Post && OriginalHidden)
            item.Status = "failed";
        else if (decided == Decided.Post)
        {
            (item.Status, item.HasPost) = ("posted", true);
            Posts++;
        }
        else if (retryLeft)
        {
            item.Status = "queued";
            item.RetryCount++;
            item.ScheduledFor = Now + RetrySeconds;
        }
        else
            item.Status = "failed";
    }

    private static string Answer(ModelItem item) =>
        $"{(item.Status == "queued" ? "retried" : item.Status)} {item.RetryCount}";
}

/// <summary>What a worker decides for an item.</summary>
internal enum Decided
{
    Post,
    Refuse,

    /// <summary>It could not be posted now; its original is not looked at.</summary>
    Hinder,
}

/// <summary>One queue item of the model.</summary>
internal sealed class ModelItem(int number, int maxRetries)
{
    public Guid Id { get; } = new($"00000000-0000-4000-8000-{number:d12}");
    public int Number => number;
    public int MaxRetries => maxRetries;
    public string Status { get; set; } = "queued";
    public int QueuedAt { get; init; }
    public int? ScheduledFor { get; set; }
    public int? StartedAt { get; set; }
    public Guid? ClaimId { get; set; }
    public int RetryCount { get; set; }
    public int RescueCount { get; set; }
    public bool HasPost { get; set; }
    public bool Deleted { get; set; }

    public int DueAt => ScheduledFor ?? QueuedAt;

    public bool IsProcessingFor(int seconds, int now) => Status == "processing" && now - StartedAt > seconds;

    public override string ToString() =>
        $"item {Number}: {Status}, {RetryCount} retries, {RescueCount} rescues, {(HasPost ? 1 : 0)} posts, " +
        $"{(StartedAt is null ? "not started" : "started")}, claim {ClaimId?.ToString()[..8] ?? "none"}";
}

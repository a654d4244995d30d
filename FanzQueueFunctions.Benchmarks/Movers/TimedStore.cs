using System.Diagnostics;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>Passes calls on to the real store and notes how long each claim and settle took, in milliseconds.</summary>
internal sealed class TimedStore(IQueueStore store) : IQueueStore
{
    public List<double> Claims { get; } = [];

    public List<double> Settles { get; } = [];

    public string Description => store.Description;

    public async Task<Claim> ClaimAsync(
        Guid claimId, int batchSize, TimeSpan? lease, bool fair, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        var claim = await store.ClaimAsync(claimId, batchSize, lease, fair, cancellationToken);
        Claims.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        return claim;
    }

    public async Task<IReadOnlyList<SettledItem>> SettleAsync(
        Guid claimId, IReadOnlyList<ItemOutcome> outcomes, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        var settled = await store.SettleAsync(claimId, outcomes, cancellationToken);
        Settles.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        return settled;
    }

    public Task<IReadOnlyList<StuckItem>> ResetStuckAsync(
        TimeSpan olderThan, bool dryRun, string actor, string? reason, CancellationToken cancellationToken) =>
        store.ResetStuckAsync(olderThan, dryRun, actor, reason, cancellationToken);

    public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
        store.ReportAsync(report, cancellationToken);

    public Task<QueueHealth> ReadHealthAsync(TimeSpan stuckAfter, CancellationToken cancellationToken) =>
        store.ReadHealthAsync(stuckAfter, cancellationToken);

    public Task<IReadOnlyList<Finding>> CheckAsync(int neededVersion, CancellationToken cancellationToken) =>
        store.CheckAsync(neededVersion, cancellationToken);
}

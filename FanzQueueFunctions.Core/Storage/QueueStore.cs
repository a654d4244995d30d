using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Storage;

/// <summary>The queue's store: each operation is one call of a SQL function, repeated where that may help.</summary>
/// <param name="work">For claim and settle; the failures of what only looks do not stop them.</param>
internal sealed class QueueStore(IQueueTransport transport, StoreResilience work, StoreResilience looks) : IQueueStore
{
    public string Description => transport.Description;

    public Task<Claim> ClaimAsync(
        Guid claimId, int batchSize, TimeSpan? lease, bool fair, CancellationToken cancellationToken) =>
        CallAsync(
            work,
            "post_queue_claim",
            [
                new("claim_id", claimId), new("batch_size", batchSize), new("lease_seconds", lease is null ? null : WholeSeconds(lease.Value)),
                new("fair", fair),
            ],
            QueueJson.Default.Claim,
            cancellationToken);

    public async Task<IReadOnlyList<SettledItem>> SettleAsync(
        Guid claimId, IReadOnlyList<ItemOutcome> outcomes, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(outcomes, QueueJson.Default.IReadOnlyListItemOutcome);
        return await CallAsync(
            work,
            "post_queue_settle",
            [new("claim_id", claimId), new("outcomes", new Json(json))],
            QueueJson.Default.ListSettledItem,
            cancellationToken);
    }

    public async Task<IReadOnlyList<StuckItem>> ResetStuckAsync(
        TimeSpan olderThan, bool dryRun, string actor, string? reason, CancellationToken cancellationToken) =>
        await CallAsync(
            looks,
            "post_queue_reset_stuck",
            [
                new("older_than_seconds", WholeSeconds(olderThan)), new("dry_run", dryRun), new("actor", actor),
                .. Argument.Given("reason", reason),
            ],
            QueueJson.Default.ListStuckItem,
            cancellationToken);

    public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync(
            looks,
            "post_queue_report",
            [new("worker", new Json(JsonSerializer.SerializeToUtf8Bytes(report, QueueJson.Default.WorkerReport)))],
            QueueJson.Default.Boolean,
            cancellationToken);

    public Task<QueueHealth> ReadHealthAsync(TimeSpan stuckAfter, CancellationToken cancellationToken) =>
        CallAsync(
            looks,
            "post_queue_health",
            [new("stuck_after_seconds", WholeSeconds(stuckAfter))],
            QueueJson.Default.QueueHealth,
            cancellationToken);

    public async Task<IReadOnlyList<Finding>> CheckAsync(int neededVersion, CancellationToken cancellationToken) =>
        await CallAsync(
            looks,
            "post_queue_check",
            [new("needed_version", neededVersion)],
            QueueJson.Default.ListFinding,
            cancellationToken);

    private Task<T> CallAsync<T>(
        StoreResilience resilience,
        string function,
        Argument[] arguments,
        JsonTypeInfo<T> result,
        CancellationToken cancellationToken) =>
        resilience.CallAsync(
            function, token => transport.CallAsync(function, arguments, result, token), cancellationToken);

    private static int WholeSeconds(TimeSpan span) => (int)Math.Min(Math.Ceiling(span.TotalSeconds), int.MaxValue);
}

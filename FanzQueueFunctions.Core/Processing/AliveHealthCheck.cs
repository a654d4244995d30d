using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Tells a platform whether to start this process again: whether its timers make runs. The database plays no part in it: a
/// worker that sits an outage out must not be stopped.
/// </summary>
internal sealed class AliveHealthCheck(WorkerState worker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(worker.Runs ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No run has begun in time, or one hangs."));
}

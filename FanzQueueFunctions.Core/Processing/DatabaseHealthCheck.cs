using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Tells whether the database answers. Anybody may ask, so it asks the database itself at most once in ten seconds.
/// </summary>
internal sealed class DatabaseHealthCheck(IQueueStore store, QueueOptions options, TimeProvider time) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private HealthCheckResult _last;
    private long? _askedAt;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (_askedAt is null || time.GetElapsedTime(_askedAt.Value) >= KeptFor)
            {
                _last = await AskAsync(cancellationToken);
                _askedAt = time.GetTimestamp();
            }

            return _last;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<HealthCheckResult> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.ReadHealthAsync(options.StuckAfter, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (QueueStoreException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}

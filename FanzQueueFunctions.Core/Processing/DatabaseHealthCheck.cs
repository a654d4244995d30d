using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Tells whether the database answers. Anybody may ask, so it asks the database itself at most once in ten seconds, and
/// whoever asks and leaves takes nothing from the others.
/// </summary>
internal sealed class DatabaseHealthCheck(IQueueStore store, QueueOptions options, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly Lock _oneAtATime = new();
    private Task<HealthCheckResult>? _asked;
    private long _askedAt;

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_oneAtATime)
        {
            if (_asked is null || _asked.IsCompleted && time.GetElapsedTime(_askedAt) >= KeptFor)
            {
                _askedAt = time.GetTimestamp();
                _asked = AskAsync();
            }

            return _asked.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthCheckResult> AskAsync()
    {
        try
        {
            await store.ReadHealthAsync(options.StuckAfter, CancellationToken.None);
            return HealthCheckResult.Healthy();
        }
        catch (QueueStoreException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}

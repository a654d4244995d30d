using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Keeps the app from ending in the middle of a run. The Functions host's worker waits for none by itself, and what a
/// batch had claimed would wait for its lease.
/// </summary>
public sealed class RunsInHand : IHostedService
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The app itself counts as one, until it is asked to stop.
    private int _count = 1;

    /// <summary>Notes that a run begins.</summary>
    /// <returns>To be disposed when it ends.</returns>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _count);
        return new Run(this);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until the last run has ended, or until the host's time for stopping is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        End();
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            _ended.TrySetResult();
    }

    private sealed class Run(RunsInHand runs) : IDisposable
    {
        public void Dispose() => runs.End();
    }
}

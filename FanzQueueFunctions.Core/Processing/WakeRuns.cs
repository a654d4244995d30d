using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Processes due items when somebody says that there are some: at once, one run at a time, and no more often than
/// <paramref name="apart"/> allows. A second after the last hint it looks once more, for what was queued just after and
/// sent no hint of its own. The timer goes on beside it: a claim keeps them from taking the same item.
/// </summary>
/// <param name="apart">From the beginning of one run to the beginning of the next, at least.</param>
public sealed class WakeRuns(IQueueProcessor processor, TimeSpan apart) : BackgroundService
{
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _hints = new(0);

    /// <summary>Asks for a run. Returns at once; all that ask before it begins share one.</summary>
    public void Wake() => _hints.Release();

    public override void Dispose()
    {
        _hints.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isHint = false;
        try
        {
            while (true)
            {
                isHint = await _hints.WaitAsync(isHint ? SecondLook : Timeout.InfiniteTimeSpan, stoppingToken);
                while (_hints.Wait(0, CancellationToken.None))
                {
                }

                var rest = Task.Delay(apart, stoppingToken);
                // A stop lets the batch in hand be settled.
                await processor.ProcessDueItemsAsync(CancellationToken.None);
                await rest;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}

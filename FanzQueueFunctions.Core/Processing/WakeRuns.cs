using System.Threading.Channels;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Processes due items when somebody says that there are some: at once, one run at a time, and no more often than
/// <paramref name="apart"/> allows. A second after the last hint it looks once more, for what was queued just after and
/// sent no hint of its own. The timer goes on beside it: a claim keeps them from taking the same item.
/// </summary>
/// <param name="apart">From the beginning of one run to the beginning of the next, at least.</param>
/// <param name="apartAfterOne">
/// The same after a run that ended one item: items that come one by one are posted as they come, and what comes faster goes in
/// batches.
/// </param>
public sealed class WakeRuns(
    IQueueProcessor processor,
    TimeSpan apart,
    TimeSpan apartAfterOne,
    TimeProvider time,
    QueueMetrics metrics,
    ILogger<WakeRuns> logger)
    : BackgroundService
{
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    // One hint is as good as many.
    private readonly Channel<bool> _hints =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Asks for a run. Returns at once; all that ask before it begins share one.</summary>
    public void Wake() => _hints.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isHint = false;
        try
        {
            while (true)
            {
                await ((Task)_hints.Reader.WaitToReadAsync(stoppingToken).AsTask()
                    .WaitAsync(isHint ? SecondLook : Timeout.InfiniteTimeSpan, time, stoppingToken))
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                stoppingToken.ThrowIfCancellationRequested();
                isHint = _hints.Reader.TryRead(out _);

                var beganAt = time.GetTimestamp();
                var ended = 0;
                try
                {
                    // A stop lets the batch in hand be settled.
                    ended = (await processor.ProcessDueItemsAsync(CancellationToken.None)).Settled;
                }
                catch (Exception exception)
                {
                    // Whatever it was, the next hint is to be heard.
                    metrics.LoopFailed("wake");
                    logger.WakeRunFailed(exception);
                }

                var rest = (ended == 1 ? apartAfterOne : apart) - time.GetElapsedTime(beganAt);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}

using System.Threading.Channels;

namespace FanzQueueFunctions.Standalone.Timers;

/// <summary>
/// One timer: a single loop makes all the runs of its work, on schedule or asked for by hand, so that no two of
/// them overlap.
/// </summary>
internal sealed class Timer(TimedWork work, TimeProvider time, ILogger logger)
{
    // The clock is asked again this often while waiting: a machine that slept, or whose clock was set, fires late at most so.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

    public string Name => work.Name;

    /// <summary>Asks for a run as soon as no other is under way.</summary>
    /// <returns>False once the timer is stopping; otherwise the run will be made.</returns>
    public bool Fire() => _asked.Writer.TryWrite(true);

    /// <summary>Runs the work at its times until told to stop, and then what is still asked for by hand.</summary>
    /// <param name="stop">No run on schedule begins after it.</param>
    /// <param name="cancelRuns">The token that the work gets; no run at all begins after it.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken cancelRuns)
    {
        var due = work.Schedule.After(time.GetUtcNow());
        while (await WaitAsync(due, stop) && !cancelRuns.IsCancellationRequested)
        {
            // The times that pass during a run come to one run, right after: the first of them is due by then.
            if (!_asked.Reader.TryRead(out _))
                due = work.Schedule.After(time.GetUtcNow());
            await RunOnceAsync(cancelRuns);
        }
    }

    /// <summary>Waits for the next run.</summary>
    /// <returns>False when there is none: the timer is stopping, and nothing is asked for.</returns>
    private async Task<bool> WaitAsync(DateTimeOffset due, CancellationToken stop)
    {
        while (_asked.Reader.Count == 0)
        {
            if (stop.IsCancellationRequested)
            {
                _asked.Writer.TryComplete();
                return _asked.Reader.Count > 0;
            }
            var now = time.GetUtcNow();
            // Set back, the clock would come to that time late; another is due before.
            if (work.Schedule.After(now) is var sooner && sooner < due)
                due = sooner;
            var left = due - now;
            if (left <= TimeSpan.Zero)
                return true;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(
                Task.Delay(left < LongestWait ? left : LongestWait, time, enough.Token),
                _asked.Reader.WaitToReadAsync(enough.Token).AsTask());
            await enough.CancelAsync();
        }
        return true;
    }

    private async Task RunOnceAsync(CancellationToken cancelled)
    {
        logger.Starts(Name);
        try
        {
            await work.RunAsync(cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            logger.Cancelled(Name);
        }
#pragma warning disable CA1031 // Whatever is thrown, the next run comes as usual.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.Failed(Name, e);
        }
    }
}

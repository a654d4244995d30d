namespace FanzQueueFunctions.Standalone.Timers;

/// <summary>
/// All the timers of the app, from the moment that everything else has started until the runs in flight at stop have
/// ended. They end before the server does, so that until then it answers.
/// </summary>
internal sealed class TimerService(
    IEnumerable<TimedWork> works, TimeProvider time, ILoggerFactory loggers, IHostApplicationLifetime lifetime) : IHostedLifecycleService, IDisposable
{
    // How long a cancelled run gets to see that it is.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cancelRuns = new();
    private readonly ILogger _logger = loggers.CreateLogger("FanzQueueFunctions.Standalone.Timers");
    private readonly Dictionary<string, Timer> _timers = works.ToDictionary(
        work => work.Name,
        work => new Timer(work, time, loggers.CreateLogger($"Function.{work.Name}")),
        StringComparer.OrdinalIgnoreCase);
    private Dictionary<Timer, Task> _running = [];

    /// <summary>The timer of that name, whatever its capitals; null where there is none.</summary>
    public Timer? Find(string name) => _timers.GetValueOrDefault(name);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = _timers.Values.ToDictionary(
            timer => timer, timer => Task.Run(() => timer.RunAsync(_stop.Token, _cancelRuns.Token), CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <summary>Begins no run any more and waits for those in flight.</summary>
    /// <param name="cancellationToken">
    /// The host's shutdown timeout. The runs' own token is cancelled with it and not before: under the Functions
    /// host too a run in flight is not told of the stop.
    /// </param>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Also where the host is stopped by a call: whoever watches the lifetime hears of it before the wait.
        lifetime.StopApplication();
        await _stop.CancelAsync();
        var all = Task.WhenAll(_running.Values);
        try
        {
            await all.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _cancelRuns.CancelAsync();
            await Task.WhenAny(all, Task.Delay(Grace, CancellationToken.None));
            foreach (var (timer, running) in _running)
                if (!running.IsCompleted)
                    _logger.Abandoned(timer.Name);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stop.Dispose();
        _cancelRuns.Dispose();
    }
}

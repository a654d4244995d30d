using System.Collections.Concurrent;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Chaos;

/// <summary>
/// The four app processes, each in a place of its own: where one was killed, another starts with the same settings.
/// </summary>
internal sealed class Workers : IAsyncDisposable
{
    /// <summary>The exit code after SIGKILL.</summary>
    private const int Killed = 128 + 9;

    private readonly Place[] _places;
    private readonly List<IRunningApp> _all = [];
    private readonly ConcurrentQueue<string> _crashes = [];

    /// <param name="settings">The settings of each worker.</param>
    /// <param name="before">The app of the release before, to begin with; null: today's.</param>
    public Workers(IReadOnlyList<WorkerSettings> settings, AppProgram? before) =>
        _places = [.. settings.Select(own => new Place(own, before))];

    public int Count => _places.Length;

    /// <summary>Those that run today's app.</summary>
    public IReadOnlyList<int> Todays => [.. Enumerable.Range(0, Count).Where(index => _places[index].Before is null)];

    /// <summary>How many processes were started in all.</summary>
    public int Started => _all.Count;

    /// <summary>All that was ever printed, on standard output and standard error.</summary>
    public IEnumerable<string> Lines => _all.SelectMany(app => app.Lines);

    /// <summary>How many posts the log of the steady worker tells of so far.</summary>
    public int PostedBySteady => _places.Where(place => place.Settings.IsSteady).Sum(place =>
        place.App?.Lines.Count(line => line.Contains("✅ SUCCESS", StringComparison.Ordinal)) ?? 0);

    public async Task StartAsync()
    {
        foreach (var place in _places)
            await StartAsync(place);
        foreach (var place in _places)
            place.Address = await place.App!.AddressAsync();
    }

    /// <summary>Kills a worker with SIGKILL and starts another in its place.</summary>
    /// <returns>False where something else is being done to it, or it is a steady one.</returns>
    public Task<bool> KillAsync(int index) => AloneAsync(index, async place =>
    {
        place.App!.Signal("KILL");
        var code = await place.App.WaitForExitAsync();
        if (code != Killed)
            _crashes.Enqueue($"worker {index} ended by itself with exit code {code}");
        await StartAsync(place);
        place.Address = await place.App.AddressAsync();
    });

    /// <summary>Ends a worker in order, with SIGTERM, and starts today's app in its place, as a deployment does.</summary>
    public async Task DeployAsync(int index)
    {
        var place = _places[index];
        await place.Free.WaitAsync();
        try
        {
            place.App!.Signal("TERM");
            if (await place.App.WaitForExitAsync() is var code && code != CodeOfEnd(place.App))
                _crashes.Enqueue($"worker {index} ended with exit code {code} when the next version was deployed");
            place.Before = null;
            await StartAsync(place);
            place.Address = await place.App.AddressAsync();
        }
        finally
        {
            place.Free.Release();
        }
    }

    /// <summary>Stops a worker with SIGSTOP, and continues it later.</summary>
    /// <returns>False where something else is being done to it, or it is a steady one.</returns>
    public Task<bool> StopAndContinueAsync(int index, TimeSpan stopped) => AloneAsync(index, async place =>
    {
        place.App!.Signal("STOP");
        await Task.Delay(stopped);
        place.App.Signal("CONT");
    });

    /// <summary>Where a worker listens, and its keys.</summary>
    public (Uri Address, WorkerSettings Settings) this[int index] => (_places[index].Address!, _places[index].Settings);

    /// <summary>Asks every worker to end, with SIGTERM.</summary>
    /// <returns>Those that did not end with the exit code of an end in order, and those that had ended by themselves before.</returns>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        var early = _places.Select(place => place.App!.HasExited).ToArray();
        foreach (var place in _places.Where(place => !place.App!.HasExited))
            place.App!.Signal("TERM");
        var ends = await Task.WhenAll(_places.Select(async (place, index) =>
        {
            try
            {
                var code = await place.App!.WaitForExitAsync();
                return early[index] ? $"worker {index} ended by itself with exit code {code}"
                    : code != CodeOfEnd(place.App) ? $"worker {index} ended with exit code {code} when asked to end"
                    : null;
            }
            catch (OperationCanceledException)
            {
                return $"worker {index} did not end when asked to";
            }
        }));
        return [.. _crashes, .. ends.OfType<string>()];
    }

    // A worker of the Functions host that a signal stopped asks its host to be started again.
    private static int CodeOfEnd(IRunningApp app) => app is FunctionsHostStandIn ? 200 : 0;

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _all)
            await app.DisposeAsync();
        foreach (var place in _places)
            place.Free.Dispose();
    }

    private async Task<bool> AloneAsync(int index, Func<Place, Task> act)
    {
        var place = _places[index];
        if (place.Settings.IsSteady || !await place.Free.WaitAsync(TimeSpan.Zero))
            return false;
        try
        {
            await act(place);
            return true;
        }
        finally
        {
            place.Free.Release();
        }
    }

    private async Task StartAsync(Place place)
    {
        place.App = place.Before is { } before ? AppProcess.Start(before, place.Settings.All)
            : place.Settings.OnAzure ? await FunctionsHostStandIn.StartAsync(place.Settings.All)
            : AppProcess.Start(place.Settings.All);
        _all.Add(place.App);
    }

    private sealed class Place(WorkerSettings settings, AppProgram? before)
    {
        public AppProgram? Before { get; set; } = before;
        public WorkerSettings Settings => settings;
        public SemaphoreSlim Free { get; } = new(1);
        public IRunningApp? App { get; set; }
        public Uri? Address { get; set; }
    }
}

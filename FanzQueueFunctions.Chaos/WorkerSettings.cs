namespace FanzQueueFunctions.Chaos;

/// <summary>What one worker is started with.</summary>
/// <param name="MasterKey">Opens <c>/admin/functions/…</c>.</param>
/// <param name="ResetKey">Opens the reset endpoint alone.</param>
/// <param name="WakeKey">Opens the function Wake alone.</param>
/// <param name="ChangeKey">Opens the operator's changes alone.</param>
/// <param name="All">All its settings.</param>
internal sealed record WorkerSettings(
    string MasterKey, string ResetKey, string WakeKey, string ChangeKey, IReadOnlyList<(string Name, string? Value)> All)
{
    /// <summary>Whether it is the Functions app, under the stand-in for the Functions host.</summary>
    public bool OnAzure { get; init; }

    /// <summary>Whether it is neither killed nor stopped, so that it remembers what it could not settle.</summary>
    public bool IsSteady { get; init; }

    /// <summary><c>Queue__LeaseMinutes</c> in seconds, of each worker but a steady one.</summary>
    public const int LeaseSeconds = 3;

    /// <summary><c>Queue__RetryBaseSeconds</c> of every worker.</summary>
    public const int RetryBaseSeconds = 1;

    private const string EverySecond = "* * * * * *";

    /// <param name="secrets">Gives the keys.</param>
    /// <param name="batchSize"><c>Queue__BatchSize</c>.</param>
    /// <param name="maxBatches"><c>Queue__MaxBatchesPerFiring</c>.</param>
    /// <param name="fair"><c>Queue__Fair</c>.</param>
    /// <param name="store"><c>DATABASE_URL</c>, or <c>SUPABASE_URL</c> with its key.</param>
    public static WorkerSettings Create(
        Secrets secrets, int batchSize, int maxBatches, bool fair, params (string Name, string? Value)[] store)
    {
        var master = secrets.Key("master-");
        var reset = secrets.Key("reset-");
        var wake = secrets.Key("wake-");
        var change = secrets.Key("change-");
        return new(master, reset, wake, change,
        [
            .. store,
            ("FUNCTIONS_MASTER_KEY", master),
            ("FUNCTIONS_HOST_KEY", secrets.Key("host-")),
            ("FUNCTIONS_KEY_ResetStuckItems", reset),
            ("FUNCTIONS_KEY_Wake", wake),
            ("FUNCTIONS_KEY_QueueChange", change),
            ("PROCESS_QUEUE_SCHEDULE", EverySecond),
            ("HEALTH_SCHEDULE", EverySecond),
            ("PRUNE_SCHEDULE", "0 30 * * * *"),
            ("Queue__BatchSize", batchSize.ToString()),
            ("Queue__MaxBatchesPerFiring", maxBatches.ToString()),
            ("Queue__Fair", fair.ToString()),
            ("Queue__LeaseMinutes", (LeaseSeconds / 60.0).ToString()),
            ("Queue__RetryBaseSeconds", RetryBaseSeconds.ToString()),
            // A runtime that is killed would leave its debugger's pipes behind in the temporary folder.
            ("DOTNET_EnableDiagnostics", "0"),
        ]);
    }

    /// <summary>
    /// With the default batch, lease and firings, and left alone: nobody but the worker itself sees to it that what it cannot settle
    /// stands in nobody's way.
    /// </summary>
    public WorkerSettings Steady() => this with
    {
        IsSteady = true,
        All = [.. All.Where(setting => setting.Name is not ("Queue__BatchSize" or "Queue__MaxBatchesPerFiring" or "Queue__LeaseMinutes"))],
    };

    // A record prints its members; the keys must not be among them.
    public override string ToString() => nameof(WorkerSettings);
}

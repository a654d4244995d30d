using System.Diagnostics;
using System.Globalization;
using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// The app as a process: its start, its memory, its idling, and what a batch allocates. Goals: start under 1 s, 60 MB at
/// rest, 100 MB at most in a drain of 20,000. The published app that <c>APP_EXECUTABLE</c> names is measured beside the
/// built one, by turns, and so is the Functions app's worker under the stand-in for the Functions host.
/// </summary>
internal static class AppFigures
{
    private const string Key = "a-key-of-this-benchmark";
    private const int Backlog = 20_000;
    private const int BatchSize = 100;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var rows = await bench.Server.PrepareAsync(database => Fill.DueWithPostsAsync(database, Backlog));
        var none = await bench.Server.PrepareAsync(_ => Task.CompletedTask);
        var built = new Form("The process, direct", Plain(AppProgram.Built));
        List<Form> forms = [built];
        if (AppProgram.Published is { } program)
            forms.Add(new Form("The process, direct, published", Plain(program)));
        forms.Add(new Form(
            "The Functions app's worker, direct", async settings => await FunctionsHostStandIn.StartAsync(settings)));
        for (var round = 1; round <= bench.Size.Rounds; round++)
        {
            foreach (var form in forms)
            {
                bench.Progress.Say($"{form.Name}: start, round {round} of {bench.Size.Rounds}");
                form.Starts.Add(await StartAsync(bench, form, rows));
                bench.Progress.Say($"{form.Name}: drain of {Backlog:N0}, round {round} of {bench.Size.Rounds}");
                form.Peaks.Add(await PeakAsync(bench, form, rows));
            }
        }

        foreach (var form in forms)
        {
            bench.Progress.Say($"{form.Name}: {bench.Size.IdleSeconds} s of idling");
            (form.IdleProcessor, form.Rest) = await IdleAsync(bench, form, none);
        }

        bench.Progress.Say("process: allocations");
        await using var database = await bench.Server.ResetAsync(rows);
        await using var mover = AppMover.Start(BatchSize, ("DATABASE_URL", bench.Server.ConnectionString));
        var drain = await Drain.RunAsync([mover], unmeasuredBatches: 20);
        await bench.Server.DropAsync(rows);
        await bench.Server.DropAsync(none);
        return
        [
            .. forms.SelectMany(form => (Figure[])
            [
                form.Of("start to the first settled batch", form.Starts, "ms", "1 s", 1000),
                form.Of("memory at rest", [form.Rest], "MB", "60 MB", 60),
                form.Of(
                    $"memory at most in a drain of {Backlog:N0}, {BatchSize} a batch", form.Peaks, "MB", "100 MB", 100),
                form.Of($"one core's share while idle, {bench.Size.IdleSeconds} s", [form.IdleProcessor], "%"),
            ]),
            built.Of($"allocated for a batch of {BatchSize}", [drain.AllocatedBytesABatch / 1024], "KB"),
        ];
    }

    /// <summary>Fired by hand as soon as it listens, so that the schedule's wait is not in it.</summary>
    /// <returns>Milliseconds from the process's start to its first settled batch.</returns>
    private static async Task<double> StartAsync(Bench bench, Form form, string rows)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        using var client = new HttpClient();
        var since = Stopwatch.GetTimestamp();
        await using var app = await StartAsync(bench, form, ("PROCESS_QUEUE_SCHEDULE", "0 0 0 1 1 *"));
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(await app.AddressAsync(), "/admin/functions/ProcessQueue"))
        {
            Content = new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
            Headers = { { "x-functions-key", Key } },
        };
        (await client.SendAsync(request)).EnsureSuccessStatusCode();
        await app.WaitForLineAsync("Batch complete");
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    /// <returns>The most memory that it ever held, in MB.</returns>
    private static async Task<double> PeakAsync(Bench bench, Form form, string rows)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        await using var app = await StartAsync(
            bench,
            form,
            ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"),
            ("Queue__BatchSize", $"{BatchSize}"),
            ("Queue__MaxBatchesPerFiring", "1000"));
        await Until.TrueAsync(
            async () => await database.ScalarAsync<long>(
                "select count(*) from multiplatform_post_queue where status <> 'posted'") == 0,
            "the backlog is drained",
            seconds: 120);
        return Megabytes(app, "VmHWM:");
    }

    /// <returns>The share of one core that it took, in percent, and its memory, in MB.</returns>
    private static async Task<(double Processor, double Memory)> IdleAsync(
        Bench bench, Form form, string none)
    {
        await using var database = await bench.Server.ResetAsync(none);
        await using var app = await StartAsync(bench, form);
        await app.AddressAsync();
        // The first polls compile what every later one runs.
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(bench.Size.IdleSeconds, 30)), bench.Interrupted);
        using var process = Process.GetProcessById(app.Id);
        var before = process.TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(bench.Size.IdleSeconds), bench.Interrupted);
        process.Refresh();
        return (100 * (process.TotalProcessorTime - before).TotalSeconds / bench.Size.IdleSeconds, Megabytes(app, "VmRSS:"));
    }

    private static Task<IRunningApp> StartAsync(
        Bench bench, Form form, params (string Name, string? Value)[] settings) => form.StartAsync(
        [
            // The document's; the Functions host wants them among the settings.
            ("PROCESS_QUEUE_SCHEDULE", "*/10 * * * * *"),
            ("HEALTH_SCHEDULE", "0 */5 * * * *"),
            ("PRUNE_SCHEDULE", "0 30 * * * *"),
            .. settings,
            ("DATABASE_URL", bench.Server.ConnectionString),
            ("FUNCTIONS_MASTER_KEY", Key),
        ]);

    private static Func<IEnumerable<(string Name, string? Value)>, Task<IRunningApp>> Plain(AppProgram program) =>
        settings => Task.FromResult<IRunningApp>(AppProcess.Start(program, settings));

    // As Linux counts it, shared pages included; other systems have no such file.
    private static double Megabytes(IRunningApp app, string field)
    {
        var line = File.ReadLines($"/proc/{app.Id}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>What was measured of one form of the app.</summary>
    private sealed record Form(
        string Name, Func<IEnumerable<(string Name, string? Value)>, Task<IRunningApp>> StartAsync)
    {
        public List<double> Starts { get; } = [];
        public List<double> Peaks { get; } = [];
        public double Rest { get; set; }
        public double IdleProcessor { get; set; }

        public Figure Of(
            string name, List<double> samples, string unit, string? goal = null, double most = 0) => new()
            {
                Section = Name,
                Name = name,
                Value = samples.Median(),
                Unit = unit,
                Goal = goal is null ? null : $"under {goal}",
                GoalMet = goal is null ? null : samples.Median() < most,
                Samples = samples,
            };
    }
}

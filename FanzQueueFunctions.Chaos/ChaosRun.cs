using System.Diagnostics;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;
using Npgsql;

namespace FanzQueueFunctions.Chaos;

/// <summary>One run: set up, storm, heal, drain, check.</summary>
/// <param name="options">What is asked for.</param>
/// <param name="output">Where progress and tables go.</param>
internal sealed partial class ChaosRun(RunOptions options, TextWriter output)
{
    private const double ShareOfFaultyCalls = 0.25;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(120);

    // Longer than the lease, so that a claim or a settle arrives when its items are somebody else's.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(WorkerSettings.LeaseSeconds + 1);

    private static readonly Fault[] RestFaults =
    [
        new(FaultKind.DropBefore),
        new(FaultKind.DropAfter),
        new(FaultKind.DelayBefore, TimeSpan.FromSeconds(0.4)),
        new(FaultKind.DelayBefore, Late),
        new(FaultKind.DelayAfter, TimeSpan.FromSeconds(0.4)),
        new(FaultKind.DelayAfter, Late),
        new(FaultKind.Cut),
        new(FaultKind.Corrupt),
        new(FaultKind.BrokenGzip),
        new(FaultKind.Duplicate),
        new(FaultKind.DuplicateAtOnce),
        new(FaultKind.GatewayError, Status: 502),
        new(FaultKind.GatewayError, Status: 503),
        new(FaultKind.GatewayError, Status: 504),
        new(FaultKind.RateLimited, TimeSpan.FromSeconds(1)),
    ];

    private static Release Before => Release.Before
        ?? throw new InvalidOperationException("No release is recorded in supabase/releases yet: there is none to upgrade from.");

    private readonly Secrets _secrets = new(options.Seed);
    private readonly Tally _tally = new();

    /// <returns>Whether every check holds.</returns>
    public async Task<bool> RunAsync(CancellationToken end)
    {
        await using var database = await ChaosDatabase.StartAsync(
            options.Before is null ? Migrations.Files : Before.Files, options.Grown);
        var jwtSecret = _secrets.Key("jwt-");
        var secretKey = _secrets.Key("sb_secret_");
        await using var standIn = await PostgrestStandIn.StartAsync(new PostgrestOptions
        {
            ConnectionString = await database.AddLoginAsync("rest", _secrets.Password()),
            JwtSecret = jwtSecret,
            PathPrefix = "/rest/v1",
            Gateway = new GatewayKeys(secretKey),
        });
        await using var workers = new Workers(
            await SettingsAsync(database, standIn, jwtSecret, secretKey), options.Before);
        using var calls = new Calls();
        var orders = new Orders(workers, calls);
        using var storm = new Storm(database, workers, calls, orders, _tally);
        var stories = new Stories(database.Sql, options.Seed);

        await stories.BeginAsync();
        await workers.StartAsync();
        standIn.Faults.Decide = Faults.AtRandom(options.Seed, ShareOfFaultyCalls, RestFaults);

        var clock = Stopwatch.StartNew();
        using var stormEnds = CancellationTokenSource.CreateLinkedTokenSource(end);
        using var allEnds = new CancellationTokenSource();
        var progress = ShowProgressAsync(database.Sql, clock, allEnds.Token);
        var queueing = stories.KeepQueueingAsync(stormEnds.Token);
        var upgrade = options.Before is null ? Task.CompletedTask : UpgradeAsync(database.Sql, workers, clock, end);
        var halfway = PostedAfterAsync(options.Length / 2);
        await storm.RageAsync(Plan.Of(options.Seed, options.Length), end);
        var (before, after) = (await halfway, workers.PostedBySteady);
        await upgrade;
        await stormEnds.CancelAsync();
        await queueing;
        end.ThrowIfCancellationRequested();

        output.WriteLine($"{clock.Elapsed.TotalSeconds,4:0} s  the storm is over; waiting until nothing is due");
        CountRestFaults(standIn.Faults);
        standIn.Faults.Decide = _ => Fault.None;
        // What is late on its way to the database arrives first.
        await Task.Delay(Late, end);
        await orders.RepeatAllAsync();
        await storm.HealAsync();
        var drained = await DrainAsync(database.Sql, end);
        await allEnds.CancelAsync();
        await progress;
        List<CheckResult> results =
        [
            CheckResult.Of(
                "The queue ran empty before the deadline", 1,
                drained ? [] : [$"not within {LongestDrain.TotalSeconds:0} s after the storm"]),
            CheckResult.Of(
                "The worker with default settings posted to the end, though rows were held and updates suppressed all the while",
                after - before, after > before ? [] : ["it posted nothing in the second half of the storm"]),
            CheckResult.Of(
                "No worker ended but by SIGKILL, and every one ends in order when asked to",
                workers.Started, await workers.EndAsync()),
            CheckResult.Of(
                "Every change that was asked for was answered in the end, none was refused",
                orders.All.Count, [.. orders.Unanswered, .. orders.Refusals]),
        ];
        output.WriteLine($"{clock.Elapsed.TotalSeconds,4:0} s  checking");
        results.AddRange(await CheckAsync(database, workers, calls.Answers, stories.Committed, orders.All));

        Report.Faults(output, _tally);
        await Report.ItemsAsync(output, database.Sql);
        if (Report.Checks(output, results))
            return true;
        // No two runs are alike: what this one left is all that can tell.
        database.Server.IsKept = true;
        output.WriteLine($"""
            The database "{ChaosDatabase.Name}" is kept, the record of all steps in its schema "chaos":
              scripts/postgres start {database.Server.Folder}    starts it and prints its port
              scripts/postgres remove {database.Server.Folder}   removes it
            """);
        return false;

        async Task<int> PostedAfterAsync(TimeSpan time)
        {
            await Task.Delay(time, end).ContinueWith(_ => { }, TaskScheduler.Default);
            return workers.PostedBySteady;
        }
    }

    /// <summary>Two direct, two over REST, one of these on Azure's build; small batches and large ones, each way of writing what leads to the store.</summary>
    private async Task<IReadOnlyList<WorkerSettings>> SettingsAsync(
        ChaosDatabase database, PostgrestStandIn standIn, string jwtSecret, string secretKey)
    {
        var password = _secrets.Password();
        await database.AddLoginAsync("direct_one", password);
        var uri = $"postgres://direct_one:{Uri.EscapeDataString(password)}@127.0.0.1:{database.Server.Port}/fanz?sslmode=disable";
        var npgsql = await database.AddLoginAsync("direct_two", _secrets.Password());
        var url = standIn.Address.GetLeftPart(UriPartial.Authority);
        return
        [
            // As the defaults are: whatever it cannot settle stands in nobody's way all the same.
            WorkerSettings.Create(_secrets, 10, 1, false, ("DATABASE_URL", uri)).Steady(),
            // With a pool that is soon used up.
            WorkerSettings.Create(_secrets, 50, 2, true, ("DATABASE_URL", npgsql + ";Maximum Pool Size=2")),
            WorkerSettings.Create(
                _secrets, 10, 5, true,
                ("SUPABASE_URL", url), ("SUPABASE_SERVICE_ROLE_KEY", _secrets.ServiceRoleToken(jwtSecret)))
                with { OnAzure = options.WithAzure },
            WorkerSettings.Create(_secrets, 25, 3, false, ("SUPABASE_URL", url), ("SUPABASE_SERVICE_ROLE_KEY", secretKey)),
        ];
    }

    /// <summary>
    /// As a deployment does: the migrations first, in the middle of the storm, then the app. One worker of each transport
    /// becomes today's; the other two stay as they are, on the newer functions.
    /// </summary>
    private async Task UpgradeAsync(TestDatabase database, Workers workers, Stopwatch clock, CancellationToken end)
    {
        await Task.Delay(options.Length / 2, end);
        foreach (var file in Before.Later)
        {
            // The storm cuts, restarts and locks here as well; "supabase db push" is then said again, and goes on.
            while (!await TryApplyAsync(file))
                await Task.Delay(100, end);
        }

        output.WriteLine($"{clock.Elapsed.TotalSeconds,4:0} s  {Before.Later.Count} migrations are pushed");
        foreach (var index in (int[])[1, 2])
            await workers.DeployAsync(index);
        output.WriteLine($"{clock.Elapsed.TotalSeconds,4:0} s  workers 1 and 2 are today's app, 0 and 3 that of release {Before.Number}");

        async Task<bool> TryApplyAsync(string file)
        {
            try
            {
                await Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false", [file]);
                _tally.Add("migration pushed", 1);
                return true;
            }
            catch (NpgsqlException e)
            {
                _tally.Add("migration refused", 1);
                output.WriteLine($"{clock.Elapsed.TotalSeconds,4:0} s  {Path.GetFileName(file)}: {e.Message}");
                return false;
            }
        }
    }

    private async Task ShowProgressAsync(TestDatabase database, Stopwatch clock, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            string now;
            try
            {
                now = await database.ScalarAsync<string>(
                    """
                    select format(
                      '%s items: %s queued, %s in hand, %s posted, %s failed, %s cancelled',
                      count(*), count(*) filter (where status = 'queued'), count(*) filter (where status = 'processing'),
                      count(*) filter (where status = 'posted'), count(*) filter (where status = 'failed'),
                      count(*) filter (where status = 'cancelled')
                    )
                    from multiplatform_post_queue
                    """);
            }
            catch (NpgsqlException)
            {
                now = "the database is away";
            }

            output.WriteLine($"{clock.Elapsed.TotalSeconds,4:0} s  {now}; {_tally.Total} faults, the last: {_tally.Last}");
            await Task.Delay(ProgressEvery, end).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private void CountRestFaults(Faults faults)
    {
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None && faults.Count(kind) > 0))
            _tally.Add($"REST: {kind}", faults.Count(kind), faults.Count(kind));
    }

    /// <returns>Whether nothing was due and nothing in hand before the deadline.</returns>
    private static async Task<bool> DrainAsync(TestDatabase database, CancellationToken end)
    {
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < LongestDrain)
        {
            // What is due within the hour is a retry or was moved: it is waited for.
            var open = await database.ScalarAsync<long>(
                """
                select count(*)
                from multiplatform_post_queue
                where status = 'processing'
                  or status = 'queued' and greatest(scheduled_for, queued_at) <= now() + interval '1 hour'
                """);
            if (open == 0)
                return true;
            await Task.Delay(500, end);
        }

        return false;
    }

    /// <param name="answers">All that the workers answered over HTTP.</param>
    /// <param name="committed">The items of which the database said that they are queued.</param>
    /// <param name="orders">The changes that were asked for.</param>
    private async Task<IReadOnlyList<CheckResult>> CheckAsync(
        ChaosDatabase database,
        Workers workers,
        IEnumerable<string> answers,
        IEnumerable<Guid> committed,
        IReadOnlyCollection<Order> orders)
    {
        string[] lines = [.. workers.Lines];
        var told = lines.Select(line => Posted().Match(line)).Where(match => match.Success)
            .Select(match => Guid.Parse(match.Groups[1].Value));
        List<CheckResult> results = [];
        results.Add(CheckResult.Of(
            "The workers with DATABASE_URL listened", workers.Started,
            lines.Any(line => line.StartsWith("Listening on ", StringComparison.Ordinal)) ? [] : ["none ever did"]));
        // The checks read all that a long storm has left. A restart in its middle lost what autovacuum knew of the tables.
        await using var patient = new TestDatabase(database.Sql.ConnectionString + ";Command Timeout=600");
        await patient.ExecuteAsync("analyze");
        foreach (var check in Checks.All(committed, told, orders))
            results.Add(await check.RunAsync(patient));

        var log = await database.LogAsync();
        results.Add(CheckResult.Of(
            "No deadlock in PostgreSQL's log", log.Length,
            [.. log.Where(line => line.Contains("deadlock detected", StringComparison.Ordinal))]));
        results.Add(CheckResult.Of(
            "No worker waited for a row, in PostgreSQL's log", log.Length,
            [.. log.Where(line => RowWait().IsMatch(line) && !line.Contains("] chaos: ", StringComparison.Ordinal))]));
        string[] printed = [.. lines, .. answers, .. log];
        results.Add(CheckResult.Of(
            "No line of a worker, of PostgreSQL's log or of an HTTP answer carries a key or a password", printed.Length,
            [.. printed.Where(_secrets.IsIn).Select(_secrets.Mask)]));
        return results;
    }

    // Whoever waits for a row waits for the transaction that holds it, or in a line of those who do.
    [GeneratedRegex("still waiting for .* on (transaction|tuple) ")]
    private static partial Regex RowWait();

    [GeneratedRegex(@"SUCCESS - Posted to .* \(([0-9a-f-]{36})\)")]
    private static partial Regex Posted();
}

using System.Diagnostics;
using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// What pause, limit and fairness cost a claim, where they are used and where they are not, and how soon after its commit
/// a due item is posted. Queues that are compared are measured by turns, a batch each, and refilled in between.
/// </summary>
internal static class Control
{
    private const string Key = "a-key-of-this-benchmark";
    private const int UnmeasuredBatches = 20;
    private const string QueueOne = "insert into multiplatform_post_queue (original_post_id, creator_id, target_platform) " +
        "select id, creator_id, 'girlfanz' from content_posts where not is_crosspost limit 1";

    // The claim's look at whether anything is held back.
    private const string Look = """
          if fair
            or exists (select from post_queue.pauses p where p.resumed_at is null)
            or exists (select from post_queue.limits l where l.per_minute is not null)
        """;

    private static readonly int[] BatchSizes = [10, 100, 500];
    private static readonly int[] SmallBatchSizes = [10, 100];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        List<Figure> figures = [];
        figures.AddRange(await UnusedAsync(bench));
        figures.AddRange(await HeldBackAsync(bench));
        figures.AddRange(await FairAsync(bench));
        figures.AddRange(await EnqueueAsync(bench));
        figures.AddRange(await CommitToPostAsync(bench));
        return figures;
    }

    /// <summary>Nothing is paused, limited or fair: beside a queue whose claim does not look, and which lacks the indexes.</summary>
    private static async Task<IReadOnlyList<Figure>> UnusedAsync(Bench bench)
    {
        var with = await bench.Server.PrepareAsync(database => FillAsync(database, 20_000));
        var without = await bench.Server.PrepareAsync(
            async database =>
            {
                await database.ExecuteAsync(
                    "drop index multiplatform_post_queue_platform_due_idx, multiplatform_post_queue_creator_due_idx");
                await database.ExecuteAsync(FunctionWithout.Statement("post_queue_claim", Look, "  if false"));
            },
            with);
        var figures = await CompareAsync(
            bench, "Nothing paused, limited or fair", BatchSizes, settles: true,
            new("without the look", without), new("as it is", with, 1.02));
        await bench.Server.DropAsync(without);
        await bench.Server.DropAsync(with);
        return figures;
    }

    /// <summary>Items of a platform that is paused, or has had its share, lie before 1,000 others.</summary>
    private static async Task<IReadOnlyList<Figure>> HeldBackAsync(Bench bench)
    {
        var items = bench.Size.DueItems[^1];
        var others = await bench.Server.PrepareAsync(database => FillAsync(database, 1_000));
        var paused = await bench.Server.PrepareAsync(
            async database =>
            {
                await OlderAsync(database, items, "'boyfanz'", "creator_id");
                await database.ExecuteAsync("select post_queue_pause('boyfanz', 'bench', null)");
            },
            others);
        var limited = await bench.Server.PrepareAsync(
            database => database.ExecuteAsync(
                """
                select post_queue_resume('boyfanz', 'bench'), post_queue_limit('boyfanz', 1, 'bench');
                update post_queue.limits set next_at = now() + interval '1 day'
                """),
            paused);
        var figures = await CompareAsync(
            bench, $"{items:N0} items held back, 1,000 behind them", SmallBatchSizes, settles: false,
            new("1,000 alone", others), new("paused", paused, 1.25), new("at its limit", limited, 1.25));
        foreach (var queue in (string[])[others, paused, limited])
            await bench.Server.DropAsync(queue);
        return figures;
    }

    /// <summary>1,000 creators; and one creator's million items before all others.</summary>
    private static async Task<IReadOnlyList<Figure>> FairAsync(Bench bench)
    {
        var items = bench.Size.DueItems[^1];
        var many = await bench.Server.PrepareAsync(
            async database =>
            {
                await FillAsync(database, 20_000);
                await database.ExecuteAsync(
                    """
                    insert into creators (creator_name) select 'One of many' from generate_series(1, 1000);
                    update multiplatform_post_queue q
                    set creator_id = c.id
                    from (select id, row_number() over () as place from creators where creator_name = 'One of many') as c,
                      (select id, row_number() over () as place from multiplatform_post_queue) as i
                    where q.id = i.id and c.place = 1 + i.place % 1000
                    """);
            });
        var million = await bench.Server.PrepareAsync(
            database => OlderAsync(database, items, "'boyfanz'", "(select id from creators limit 1)"), many);
        var unfair = await bench.Server.PrepareAsync(_ => Task.CompletedTask, many);
        var figures = await CompareAsync(
            bench, "Fair, 1,000 creators", SmallBatchSizes, settles: false,
            new("not fair", unfair), new("fair", many, 1.5, Fair: true),
            new($"fair, one creator's {items:N0} before all others", million, 2.0, Fair: true));
        foreach (var queue in (string[])[many, million, unfair])
            await bench.Server.DropAsync(queue);
        return figures;
    }

    /// <summary>What the trigger that tells workers costs those who queue items.</summary>
    private static async Task<IReadOnlyList<Figure>> EnqueueAsync(Bench bench)
    {
        var with = await bench.Server.PrepareAsync(database => Fill.PostsAsync(database, 10_000));
        var without = await bench.Server.PrepareAsync(
            database => database.ExecuteAsync("drop trigger post_queue_wake on multiplatform_post_queue"), with);
        List<double>[] statements = [[], []];
        List<double>[] singles = [[], []];
        await using (var one = bench.Server.Open(without))
        await using (var two = bench.Server.Open(with))
        {
            for (var round = 0; round < 8 * bench.Size.Rounds; round++)
            {
                bench.Progress.Say($"control: queueing, round {round + 1} of {8 * bench.Size.Rounds}");
                (TestDatabase, int)[] both = [(one, 0), (two, 1)];
                // What comes second finds other things cached.
                foreach (var (database, place) in round % 2 == 0 ? both : both.Reverse())
                {
                    statements[place].Add(await MillisecondsAsync(() => Fill.RefillAsync(database, 1_000)));
                    singles[place].Add(await MillisecondsAsync(async () =>
                    {
                        for (var item = 0; item < bench.Size.SingleItems; item++)
                            await database.ExecuteAsync(QueueOne);
                    }));
                }
            }
        }

        await bench.Server.DropAsync(without);
        await bench.Server.DropAsync(with);
        const string Section = "Queueing items, nobody listening";
        return
        [
            Of("without the trigger, 1,000 in one statement", statements[0], null),
            Of("with it, 1,000 in one statement", statements[1], 1.02, statements[0]),
            Of($"without the trigger, {bench.Size.SingleItems:N0} by themselves, each committed", singles[0], null),
            Of($"with it, {bench.Size.SingleItems:N0} by themselves, each committed", singles[1], 1.10, singles[0]),
        ];

        static Figure Of(string name, List<double> samples, double? goal, List<double>? comparedWith = null)
        {
            double? ratio = comparedWith is null ? null : Statistics.MedianRatio(samples, comparedWith);
            return new()
            {
                Section = Section,
                Name = name,
                Value = samples.Median(),
                Unit = "ms",
                ComparedWith = comparedWith is null ? null : "without",
                Ratio = ratio,
                Goal = goal?.ToString("0.00"),
                GoalMet = goal is null ? null : ratio <= goal,
                Samples = samples,
            };
        }
    }

    /// <summary>One item at a time through the app itself, from the commit to the post that others see.</summary>
    private static async Task<IReadOnlyList<Figure>> CommitToPostAsync(Bench bench)
    {
        var rows = await bench.Server.PrepareAsync(database => Fill.PostsAsync(database, 100));
        var items = bench.Size.LatencyBatches;
        bench.Progress.Say("control: from commit to post, direct");
        var direct = await ItemsAsync(bench, rows, items, wake: null, apart: TimeSpan.Zero);
        bench.Progress.Say("control: from commit to post, through Wake");
        // There is one run a second at most: an item that comes sooner waits for it.
        var woken = await ItemsAsync(bench, rows, bench.Size.WokenItems, "/api/queue/wake", apart: TimeSpan.FromSeconds(1.1));
        await bench.Server.DropAsync(rows);
        const string Section = "From the commit of a due item to its post, one at a time";
        return
        [
            Of($"direct, {items} items, p50", direct.Median(), 15),
            Of($"direct, {items} items, p99", direct.Percentile(99), 50),
            Of($"through Wake, {bench.Size.WokenItems} items 1.1 s apart, p50", woken.Median(), 300),
            Of($"through Wake, {bench.Size.WokenItems} items 1.1 s apart, p99", woken.Percentile(99), null),
        ];

        static Figure Of(string name, double value, double? goal) => new()
        {
            Section = Section,
            Name = name,
            Value = value,
            Unit = "ms",
            Goal = goal is null ? null : $"{goal} ms",
            GoalMet = goal is null ? null : value < goal,
        };
    }

    private static async Task<List<double>> ItemsAsync(Bench bench, string rows, int items, string? wake, TimeSpan apart)
    {
        await using var database = await bench.Server.ResetAsync(rows);
        await database.ExecuteAsync(
            """
            create function bench_tell() returns trigger language plpgsql as
              'begin perform pg_notify(''bench'', new.queue_item_id::text); return null; end';
            create trigger bench_tell after insert on content_posts
              for each row when (new.is_crosspost) execute function bench_tell()
            """);
        await using var app = AppProcess.Start(
            AppProgram.Chosen,
            [
                ("DATABASE_URL", bench.Server.ConnectionString), ("FUNCTIONS_KEY_Wake", Key),
                ("PROCESS_QUEUE_SCHEDULE", "*/10 * * * * *"), ("Queue__Wake", wake is null ? "true" : "false"),
            ]);
        var address = await app.AddressAsync();
        if (wake is null)
            await app.WaitForLineAsync("Listening on ");

        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Add("x-functions-key", Key);
        await using var listener = await database.OpenAsync();
        var posted = "";
        listener.Notification += (_, notification) => posted = notification.Payload;
        await using (var listen = new NpgsqlCommand("listen bench", listener))
            await listen.ExecuteNonQueryAsync();
        List<double> samples = [];
        for (var item = 0; item < items; item++)
        {
            var id = await database.ScalarAsync<Guid>($"{QueueOne} returning id");
            var since = Stopwatch.GetTimestamp();
            if (wake is not null)
                (await client.PostAsync(new Uri(wake, UriKind.Relative), content: null)).EnsureSuccessStatusCode();
            while (posted != id.ToString())
                await listener.WaitAsync();
            samples.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            await Task.Delay(apart);
        }

        return samples;
    }

    /// <param name="Goal">The most that its claims may take, as a ratio to the first queue's; null for the first.</param>
    internal sealed record Queue(string Name, string Database, double? Goal = null, bool Fair = false);

    internal static async Task<IReadOnlyList<Figure>> CompareAsync(
        Bench bench, string section, int[] batchSizes, bool settles, params Queue[] queues)
    {
        List<Figure> figures = [];
        var opened = queues.Select(queue => bench.Server.Open(queue.Database)).ToArray();
        foreach (var batchSize in batchSizes)
        {
            var movers = queues.Zip(opened, (queue, database) => AppMover.Start(
                batchSize, ("DATABASE_URL", database.ConnectionString), ("Queue:Fair", queue.Fair.ToString()))).ToArray();
            for (var batch = 0; batch < UnmeasuredBatches + bench.Size.LatencyBatches; batch++)
            {
                if (batch % 50 == 0)
                    bench.Progress.Say($"{section}, {batchSize} a batch, {batch} of {bench.Size.LatencyBatches}");
                // The first place in the round, which finds other things cached, goes round.
                for (var turn = 0; turn < queues.Length; turn++)
                {
                    var place = (batch + turn) % queues.Length;
                    if (batch == UnmeasuredBatches)
                    {
                        movers[place].Calls.Claims.Clear();
                        movers[place].Calls.Settles.Clear();
                    }

                    await movers[place].MoveAsync(batches: 1);
                    await Fill.RefillAsync(opened[place], batchSize);
                }
            }

            Add("claim", mover => mover.Calls.Claims);
            if (settles)
                Add("settle", mover => mover.Calls.Settles);
            foreach (var mover in movers)
                await mover.DisposeAsync();

            void Add(string call, Func<AppMover, List<double>> samplesOf)
            {
                var first = samplesOf(movers[0]).Median();
                figures.AddRange(queues.Zip(movers, (queue, mover) =>
                {
                    var median = samplesOf(mover).Median();
                    return new Figure
                    {
                        Section = section,
                        Name = $"{call}, {batchSize} a batch, {queue.Name}, p50",
                        Value = median,
                        Unit = "ms",
                        ComparedWith = queue.Goal is null ? null : queues[0].Name,
                        Ratio = queue.Goal is null ? null : median / first,
                        Goal = queue.Goal?.ToString("0.00"),
                        GoalMet = queue.Goal is null ? null : median / first <= queue.Goal,
                    };
                }));
            }
        }

        foreach (var database in opened)
            await database.DisposeAsync();
        return figures;
    }

    internal static async Task FillAsync(TestDatabase database, int items)
    {
        await Fill.PostsAsync(database, 10_000);
        await Fill.DueAsync(database, items);
    }

    /// <summary>Items that came due a day before all others.</summary>
    private static Task<int> OlderAsync(TestDatabase database, int items, string platform, string creator) =>
        database.ExecuteAsync(
            $"""
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
            select id, {creator}, {platform}, now() - interval '1 day' + n * interval '1 microsecond'
            from (select id, creator_id from content_posts where not is_crosspost limit 10000) as post
            cross join generate_series(1, $1 / 10000) as n
            """,
            items);

    private static async Task<double> MillisecondsAsync(Func<Task> act)
    {
        var since = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }
}

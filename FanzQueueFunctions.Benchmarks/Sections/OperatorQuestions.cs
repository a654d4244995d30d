using System.Diagnostics;
using System.Globalization;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// What an operator asks of a large queue, over HTTP, by turns, beside a plain <c>count(*)</c>. Goal: each under 100 ms (p95).
/// </summary>
internal static class OperatorQuestions
{
    private const int Rounds = 40;
    private const int UnmeasuredRounds = 2;

    // The count takes longest by far: it is asked in every eighth round.
    private const int RoundsACount = 8;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        await using var rows = await OperatorRows.OpenAsync(bench);
        // As the heartbeat does every five minutes.
        while (!await rows.Database.ScalarAsync<bool>("select (post_queue_roll_up() ->> 'is_current')::boolean"))
        {
        }

        await using var app = await OperatorApp.StartAsync(rows.Database);
        var failed = await rows.Database.ScalarAsync<Guid>(
            "select id from multiplatform_post_queue where status = 'failed' limit 1");
        (string Name, string Address)[] questions =
        [
            ("overview", "overview"),
            ("failures by cause", "failures"),
            ("series, 24 hours", "series?range=24h"),
            ("every platform's last day", "platforms"),
            ("series, 90 days", "series?range=90d"),
            ("series, 24 hours, one platform", "series?range=24h&platform=girlfanz"),
            ("items, all", "items"),
            ("items, queued", "items?status=queued"),
            ("items, in hand", "items?status=processing"),
            ("items, posted", "items?status=posted"),
            ("items, failed", "items?status=failed"),
            ("items, cancelled", "items?status=cancelled"),
            ("items, platform", "items?platform=girlfanz"),
            ("items, failed of a platform", "items?status=failed&platform=pupfanz"),
            ("items, creator", "items?creatorId=00000000-0000-4000-8000-000000000007"),
            ("items, original", "items?originalPostId=00000001-0000-4000-8000-000000000007"),
            ("items, cause", "items?status=failed&cause=Took%20%3Cn%3E%20ms"),
            ("items, title", "items?status=failed&title=number%20777"),
            ("items, a title that none has", "items?title=none%20has%20this"),
            ("items, time", $"items?status=posted&from={DaysAgo(30)}&to={DaysAgo(29)}"),
            ("items, a text that none has", "items?text=none%20has%20this"),
            ("items, eight characters that none has", "items?shortId=ffffffff"),
            ("what an id is", $"find?id={failed}"),
            ("one item", $"items/{failed}"),
            ("changes", "changes"),
            ("the check's findings", "findings"),
        ];
        var times = questions.ToDictionary(question => question.Name, _ => new List<double>());
        List<double> counts = [];
        for (var round = -UnmeasuredRounds; round < Rounds; round++)
        {
            bench.Progress.Say($"operator: round {round + 1} of {Rounds}");
            foreach (var (name, address) in questions)
            {
                var since = Stopwatch.GetTimestamp();
                // As a whole; and a question that is not understood is not a quick one.
                await app.Http.GetByteArrayAsync(new Uri(address, UriKind.Relative), bench.Interrupted);
                if (round >= 0)
                    times[name].Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }

            if (round >= 0 && round % RoundsACount == 0)
            {
                var since = Stopwatch.GetTimestamp();
                await rows.Database.ScalarAsync<long>("select count(*) from multiplatform_post_queue");
                counts.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
        }

        var section = $"The operator's questions over HTTP, {rows.Description}";
        return
        [
            Of("a plain count(*), as SQL, p50", counts, 50, goal: null),
            Of("a plain count(*), as SQL, p95", counts, 95, goal: null),
            .. questions.SelectMany(question => (Figure[])
            [
                Of($"{question.Name}, p50", times[question.Name], 50, goal: null),
                Of($"{question.Name}, p95", times[question.Name], 95, goal: 100),
            ]),
        ];

        Figure Of(string name, List<double> samples, double percent, double? goal) => new()
        {
            Section = section,
            Name = name,
            Value = samples.Percentile(percent),
            Unit = "ms",
            Goal = goal is null ? null : $"under {goal} ms",
            GoalMet = goal is null ? null : samples.Percentile(percent) < goal,
            Samples = samples,
        };
    }

    private static string DaysAgo(int days) =>
        DateTime.UtcNow.AddDays(-days).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

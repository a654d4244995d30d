using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using FanzQueueFunctions.Benchmarks.Movers;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// A drain alone and beside a prune through the verb, by turns, until a tenth of a large queue is deleted. Goals: beside it the
/// drain keeps 0.8 of its pace, and the claim's p99 stays within 1.5.
/// </summary>
internal static class DrainBesidePrune
{
    private const int Rounds = 10;
    private const int BatchSize = 100;
    private const int UnmeasuredBatches = 20;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        await using var rows = await OperatorRows.OpenAsync(bench);
        await Fill.NumberOriginalsAsync(rows.Database, "not is_crosspost");
        await using var app = await OperatorApp.StartAsync(rows.Database);
        await using var mover = AppMover.Start(BatchSize, ("DATABASE_URL", rows.Database.ConnectionString));
        await DrainAsync(rows.Database, mover, UnmeasuredBatches, Task.CompletedTask);
        mover.Calls.Claims.Clear();

        var items = bench.Size.OperatorItems / 10 / Rounds;
        List<double> alone = [];
        List<double> beside = [];
        List<double> prunes = [];
        List<double> claimsAlone = [];
        List<double> claimsBeside = [];
        for (var round = 1; round <= Rounds; round++)
        {
            bench.Progress.Say($"prune: {items:N0} items, round {round} of {Rounds}");
            alone.Add(await DrainAsync(rows.Database, mover, bench.Size.LatencyBatches, Task.CompletedTask));
            Take(claimsAlone);
            var since = Stopwatch.GetTimestamp();
            var prune = PruneAsync(app.Http, items, bench.Interrupted);
            beside.Add(await DrainAsync(rows.Database, mover, atLeast: 1, prune));
            await prune;
            prunes.Add(items / Stopwatch.GetElapsedTime(since).TotalSeconds);
            Take(claimsBeside);
        }

        var pace = Statistics.MedianRatio(beside, alone);
        var claim = claimsBeside.Percentile(99) / claimsAlone.Percentile(99);
        var section = $"A drain beside a prune of {items * Rounds:N0}, {BatchSize} a batch, {rows.Description}";
        return
        [
            new() { Section = section, Name = "pruned", Value = prunes.Median(), Unit = "items/s", Samples = prunes },
            new() { Section = section, Name = "drain alone", Value = alone.Median(), Unit = "items/s", Samples = alone },
            new()
            {
                Section = section, Name = "drain beside the prune", Value = beside.Median(), Unit = "items/s", Samples = beside,
                ComparedWith = "alone", Ratio = pace, Goal = "at least 0.8", GoalMet = pace >= 0.8,
            },
            new() { Section = section, Name = "claim alone, p50", Value = claimsAlone.Median(), Unit = "ms" },
            new() { Section = section, Name = "claim alone, p99", Value = claimsAlone.Percentile(99), Unit = "ms" },
            new() { Section = section, Name = "claim beside the prune, p50", Value = claimsBeside.Median(), Unit = "ms" },
            new()
            {
                Section = section, Name = "claim beside the prune, p99", Value = claimsBeside.Percentile(99), Unit = "ms",
                ComparedWith = "alone", Ratio = claim, Goal = "1.5", GoalMet = claim <= 1.5,
            },
        ];

        void Take(List<double> claims)
        {
            claims.AddRange(mover.Calls.Claims);
            mover.Calls.Claims.Clear();
        }
    }

    /// <summary>Batch by batch, refilled in between, until the other thing is done.</summary>
    /// <returns>Items a second, the refilling left out.</returns>
    private static async Task<double> DrainAsync(TestDatabase database, AppMover mover, int atLeast, Task until)
    {
        var time = TimeSpan.Zero;
        var moved = 0;
        for (var batch = 0; batch < atLeast || !until.IsCompleted; batch++)
        {
            await Fill.RefillAsync(database, BatchSize);
            var since = Stopwatch.GetTimestamp();
            moved += (await mover.MoveAsync(batches: 1)).Items;
            time += Stopwatch.GetElapsedTime(since);
        }

        return moved / time.TotalSeconds;
    }

    /// <summary>The oldest of the posted items. A call does what it can in its time, and is repeated under its key.</summary>
    private static async Task PruneAsync(HttpClient http, int items, CancellationToken cancellationToken)
    {
        var body = new { filter = new { status = "posted", to = DateTime.UtcNow.AddDays(-1).AddMinutes(-1) }, limit = items };
        var key = Guid.NewGuid().ToString();
        JsonElement change;
        do
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "prune")
            {
                Content = JsonContent.Create(body),
                Headers = { { "Idempotency-Key", key } },
            };
            using var answer = (await http.SendAsync(request, cancellationToken)).EnsureSuccessStatusCode();
            change = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        }
        while (!change.GetProperty("finished").GetBoolean());

        if (change.GetProperty("done").GetInt32() != items)
            throw new InvalidOperationException($"The prune did not delete {items} items: {change}");
    }
}

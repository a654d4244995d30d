using System.Diagnostics;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// What the trigger that closes the loop of cross-posts costs whoever queues an item: the same inserts with and without it,
/// by turns. Goal: within 1.2.
/// </summary>
internal static class Enqueue
{
    private static readonly int[] RowsAStatement = [1, 100];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        bench.Progress.Say("enqueue: filling");
        var with = await bench.Server.PrepareAsync(database => Fill.PostsAsync(database, 1_000));
        var without = await bench.Server.PrepareAsync(
            async database => await database.ExecuteAsync(
                "drop trigger post_queue_skip_crossposts on multiplatform_post_queue"),
            with);
        List<Figure> figures = [];
        await using (var withTrigger = bench.Server.Open(with))
        await using (var withoutTrigger = bench.Server.Open(without))
        {
            foreach (var rows in RowsAStatement)
            {
                List<double> plain = [];
                List<double> guarded = [];
                for (var round = 0; round <= bench.Size.Rounds * 4; round++)
                {
                    bench.Progress.Say($"enqueue: {rows} a statement, round {round} of {bench.Size.Rounds * 4}");
                    var (one, other) = (await InsertAsync(withoutTrigger, rows), await InsertAsync(withTrigger, rows));
                    // The first round warms up.
                    if (round == 0)
                        continue;
                    plain.Add(one);
                    guarded.Add(other);
                }

                var ratio = Statistics.MedianRatio(guarded, plain);
                figures.Add(Of($"without the trigger, {rows} a statement", plain));
                figures.Add(Of($"with it, {rows} a statement", guarded) with
                {
                    ComparedWith = "without",
                    Ratio = ratio,
                    Goal = "1.2",
                    GoalMet = ratio <= 1.2,
                });
            }
        }

        await bench.Server.DropAsync(with);
        await bench.Server.DropAsync(without);
        return figures;
    }

    private static Figure Of(string name, List<double> samples) => new()
    {
        Section = "Queueing, time an item",
        Name = name,
        Value = samples.Median(),
        Unit = "µs",
        Samples = samples,
    };

    // In one transaction, so that no commit hides what the rows cost.
    private static async Task<double> InsertAsync(TestDatabase database, int rows)
    {
        const int Items = 2_000;
        var startedAt = Stopwatch.GetTimestamp();
        await database.ExecuteAsync(
            $"""
            do $$
            begin
              for n in 1..{Items / rows} loop
                insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
                select id, creator_id, 'girlfanz'
                from content_posts
                limit {rows};
              end loop;
            end
            $$
            """);
        return Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds / Items;
    }
}

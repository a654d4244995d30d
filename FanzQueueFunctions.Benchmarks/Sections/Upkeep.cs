using FanzQueueFunctions.Benchmarks.Results;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// What a claim and a settle that posts pay for what an operator looks at later: the tries that are kept, and the four indexes
/// of the operator's questions. Goal: each within 1.02.
/// </summary>
internal static class Upkeep
{
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var with = await bench.Server.PrepareAsync(database => Control.FillAsync(database, 20_000));
        var withoutTries = await bench.Server.PrepareAsync(
            database => database.ExecuteAsync(
                """
                do $$
                begin
                  execute regexp_replace(
                    pg_get_functiondef('post_queue_finish'::regproc), 'tried as \(.*?\),\s+recorded as', 'recorded as');
                end
                $$
                """),
            with);
        var withoutIndexes = await bench.Server.PrepareAsync(
            database => database.ExecuteAsync(
                """
                drop index multiplatform_post_queue_cause_idx, multiplatform_post_queue_failures_idx,
                  multiplatform_post_queue_posted_idx, multiplatform_post_queue_cancelled_idx
                """),
            with);
        var asItIs = await bench.Server.PrepareAsync(_ => Task.CompletedTask, with);
        IReadOnlyList<Figure> figures =
        [
            .. await Control.CompareAsync(
                bench, "What keeping tries costs", [100, 500], settles: true,
                new("without them", withoutTries), new("as it is", asItIs, 1.02)),
            .. await Control.CompareAsync(
                bench, "What the operator's four indexes cost", [100, 500], settles: true,
                new("without them", withoutIndexes), new("as it is", asItIs, 1.02)),
        ];
        foreach (var queue in (string[])[asItIs, withoutIndexes, withoutTries, with])
            await bench.Server.DropAsync(queue);
        return figures;
    }
}

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
        var rows = await bench.Server.PrepareAsync(database => Control.FillAsync(database, 20_000));
        IReadOnlyList<Figure> figures =
        [
            .. await CompareAsync(
                "What keeping tries costs",
                """
                do $$
                begin
                  execute regexp_replace(
                    pg_get_functiondef('post_queue.finish'::regproc), 'tried as \(.*?\),\s+recorded as', 'recorded as');
                end
                $$
                """),
            .. await CompareAsync(
                "What the operator's four indexes cost",
                """
                drop index multiplatform_post_queue_cause_idx, multiplatform_post_queue_failures_idx,
                  multiplatform_post_queue_posted_idx, multiplatform_post_queue_cancelled_idx
                """),
        ];
        await bench.Server.DropAsync(rows);
        return figures;

        // Both queues new: one that was at work before has dead rows, and its claims are slower.
        async Task<IReadOnlyList<Figure>> CompareAsync(string section, string without)
        {
            var queues = (
                Without: await bench.Server.PrepareAsync(database => database.ExecuteAsync(without), rows),
                With: await bench.Server.PrepareAsync(_ => Task.CompletedTask, rows));
            var figures = await Control.CompareAsync(
                bench, section, [100, 500], settles: true,
                new("without them", queues.Without), new("as it is", queues.With, 1.02));
            await bench.Server.DropAsync(queues.Without);
            await bench.Server.DropAsync(queues.With);
            return figures;
        }
    }
}

using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// What a claim and a settle that posts pay for what an operator looks at later: the tries that are kept, and the four indexes
/// of the operator's questions. Goal: each within 1.02.
/// </summary>
internal static class Upkeep
{
    private const string KeptTries = """
          tried as (
            insert into post_queue.tries (item_id, claim_id, target_platform, started_at, outcome, error, retry_at)
            select
              id, claim_id, left(target_platform, 100), processing_started_at, outcome, left(error, 2000),
              case when outcome = 'retried' then retry_at end
            from marked
            where outcome <> 'posted'
          ),

        """;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var rows = await bench.Server.PrepareAsync(database => Control.FillAsync(database, 20_000));
        IReadOnlyList<Figure> figures =
        [
            .. await CompareAsync(
                "What keeping tries costs",
                FunctionWithout.Statement("post_queue.finish", KeptTries, "")),
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

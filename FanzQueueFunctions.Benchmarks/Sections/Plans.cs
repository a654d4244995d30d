using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>The plans of the statements in claim and settle, as auto_explain saw them run.</summary>
internal static partial class Plans
{
    /// <summary>Claims and settles one batch.</summary>
    /// <returns>The plans, line by line, with the rows that each node gave.</returns>
    public static async Task<IReadOnlyList<string>> OfOneBatchAsync(TestDatabase database, int batchSize)
    {
        await using var connection = await database.OpenAsync();
        List<string> lines = [];
        connection.Notice += (_, notice) => lines.AddRange(PlanOf(notice.Notice.MessageText));
        var claimId = Guid.CreateVersion7();
        await ExecuteAsync(
            """
            load 'auto_explain';
            set auto_explain.log_min_duration = 0;
            set auto_explain.log_nested_statements = on;
            set auto_explain.log_analyze = on;
            set auto_explain.log_timing = off;
            set client_min_messages = log
            """);
        await ExecuteAsync($"select public.post_queue_claim('{claimId}', {batchSize}, 900)");
        await ExecuteAsync(
            $$"""
            select public.post_queue_settle('{{claimId}}', (
              select jsonb_agg(jsonb_build_object(
                'item_id', id, 'cluster', target_platform, 'retry_in_seconds', 120))
              from public.multiplatform_post_queue
              where claim_id = '{{claimId}}'))
            """);
        return lines;

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }

    // Foreign keys are checked by a statement for each row, all alike; what reads no table says nothing.
    private static IEnumerable<string> PlanOf(string message)
    {
        if (message.Contains("FOR KEY SHARE OF x", StringComparison.Ordinal) || !message.Contains(" on ", StringComparison.Ordinal))
            return [];
        var lines = message.Split('\n');
        var plan = lines.SkipWhile(line => !FirstNode().IsMatch(line)).ToArray();
        return plan.Length == 0 ? [] : [.. plan, ""];
    }

    [GeneratedRegex(@"^\S.*\(cost=")]
    private static partial Regex FirstNode();
}

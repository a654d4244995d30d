using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What the planner makes of the functions on a long queue: their cost must not grow with it.</summary>
public sealed class PlanTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_claim_reads_one_batch_from_the_front_of_the_due_index()
    {
        await using var database = await CreateLongQueueAsync();

        var plans = await PlansAsync(database, "select post_queue_claim(gen_random_uuid(), 10, 900)");

        Assert.Contains("using multiplatform_post_queue_due_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on multiplatform_post_queue", plans, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settle_finds_its_rows_by_their_keys()
    {
        await using var database = await CreateLongQueueAsync();
        var claimId = await database.ClaimAllAsync();

        var plans = await PlansAsync(
            database,
            $$"""
            select post_queue_settle('{{claimId}}', jsonb_agg(jsonb_build_object(
              'item_id', id, 'patch', jsonb_build_object('cluster', target_platform), 'retry_in_seconds', 120)))
            from multiplatform_post_queue where claim_id = '{{claimId}}'
            """);

        Assert.Contains(" multiplatform_post_queue_pkey", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on multiplatform_post_queue", plans, StringComparison.Ordinal);
        Assert.Equal(1000L, await database.CountAsync("multiplatform_post_queue where status = 'posted'"));
    }

    private async Task<TestDatabase> CreateLongQueueAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 20_000);
        await database.ExecuteAsync("analyze");
        return database;
    }

    // Every statement inside the functions, as it was run.
    private static async Task<string> PlansAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync();
        List<string> plans = [];
        connection.Notice += (_, notice) => plans.Add(notice.Notice.MessageText);
        await using var command = new NpgsqlCommand(
            $"""
            load 'auto_explain';
            set auto_explain.log_min_duration = 0;
            set auto_explain.log_nested_statements = on;
            set auto_explain.log_analyze = on;
            set client_min_messages = log;
            {sql}
            """,
            connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return string.Join('\n', plans);
    }
}

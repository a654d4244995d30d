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

    /// <summary>Production's index of the status alone has an entry for each item that was in hand, until a vacuum.</summary>
    [Fact]
    public async Task A_claim_looks_for_dead_workers_by_the_index_of_what_is_in_hand()
    {
        await using var database = await CreateLongQueueAsync();

        var plans = await PlansAsync(database, "select post_queue_claim(gen_random_uuid(), 10, 900)");

        Assert.Contains("using multiplatform_post_queue_processing_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("using multiplatform_post_queue_status_idx", plans, StringComparison.Ordinal);
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
              'item_id', id, 'cluster', target_platform, 'retry_in_seconds', 120)))
            from multiplatform_post_queue where id = any ((select item_ids from post_queue.claims where claim_id = '{{claimId}}')::uuid[])
            """);

        Assert.Contains(" multiplatform_post_queue_pkey", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on multiplatform_post_queue", plans, StringComparison.Ordinal);
        Assert.Equal(1000L, await database.CountAsync("multiplatform_post_queue where status = 'posted'"));
    }

    [Theory]
    [InlineData(null, "analyze")]
    [InlineData("analyze", null)]
    [InlineData(null, null)]
    public async Task No_plan_reads_a_whole_table_or_joins_row_by_row_whatever_the_statistics_say(
        string? beforeFilling, string? afterFilling)
    {
        foreach (var column in (string?[])[null, "slug text unique"])
        {
            await using var database = await CreateLongQueueAsync(beforeFilling, afterFilling);
            if (column is not null)
                await database.ExecuteAsync($"alter table content_posts add column {column}");
            var claimId = Guid.CreateVersion7();

            var plans = await PlansAsync(database, $"select post_queue_claim('{claimId}', 500, 900)");
            var outcomes = await database.ScalarAsync<string>(
                """
                select jsonb_agg(jsonb_build_object(
                  'item_id', id, 'cluster', target_platform, 'retry_in_seconds', 120))::text
                from multiplatform_post_queue where claim_id = $1
                """,
                claimId);
            plans += await PlansAsync(database, $"select post_queue_settle('{claimId}', '{outcomes}')");

            Assert.Equal(500L, await database.CountAsync("multiplatform_post_queue where status = 'posted'"));
            Assert.Contains("Tid Scan on multiplatform_post_queue", plans, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on multiplatform_post", plans, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on content_posts", plans, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan on creators", plans, StringComparison.Ordinal);
            // Of an index at most two entries for each key of the batch: a row's version before the claim is still there.
            Assert.DoesNotMatch("rows=([2-9][0-9]{3}|[0-9]{5,}) loops", plans);
        }
    }

    [Theory]
    [InlineData(null, "analyze")]
    [InlineData("analyze", null)]
    [InlineData(null, null)]
    public async Task While_a_platform_is_paused_a_claim_reads_a_batch_of_each_other_one_by_the_index_by_platform(
        string? beforeFilling, string? afterFilling)
    {
        await using var database = await CreateLongQueueAsync(beforeFilling, afterFilling);
        await database.PauseAsync("girlfanz");
        await database.PauseAsync("pupfanz");

        var plans = await PlansAsync(database, "select post_queue_claim(gen_random_uuid(), 10, 900)");

        Assert.Contains("using multiplatform_post_queue_platform_due_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("using multiplatform_post_queue_due_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on multiplatform_post_queue", plans, StringComparison.Ordinal);
        Assert.Equal(10L, await database.CountAsync("multiplatform_post_queue where status = 'processing' and target_platform = 'gayfanz'"));
    }

    [Theory]
    [InlineData(null, "analyze")]
    [InlineData("analyze", null)]
    [InlineData(null, null)]
    public async Task Where_creators_take_turns_a_claim_reads_one_entry_of_each_by_the_index_by_creator(
        string? beforeFilling, string? afterFilling)
    {
        await using var database = await CreateLongQueueAsync(beforeFilling, afterFilling);

        var plans = await PlansAsync(database, "select post_queue_claim(gen_random_uuid(), 10, 900, true)");

        Assert.Contains("using multiplatform_post_queue_creator_due_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("using multiplatform_post_queue_due_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("using multiplatform_post_queue_creator_id_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on multiplatform_post_queue", plans, StringComparison.Ordinal);
        Assert.Equal(10L, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
    }

    [Fact]
    public async Task A_search_for_a_creator_reads_the_index_by_name_at_the_letters_that_were_given()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "insert into creators (creator_name) select md5(n::text) from generate_series(1, 20000) n; analyze creators");

        // Seven times: a plan that is kept begins with the sixth call.
        var plans = await PlansAsync(database, "select post_queue_creators('a' || n) from generate_series(1, 7) n");

        Assert.Equal(7, plans.Split("Index Cond: ((lower((creator_name)::text) ~>=~ 'a").Length - 1);
        Assert.DoesNotContain("Seq Scan on creators", plans, StringComparison.Ordinal);
    }

    /// <summary>Left to itself the planner sorts all that the creator has, by an index that knows creators alone.</summary>
    [Fact]
    public async Task Where_one_creator_has_nearly_all_and_the_others_nothing_more_a_claim_by_turns_reads_a_few_entries()
    {
        await using var database = await CreateLongQueueAsync(afterFilling: null);
        for (var creator = 0; creator < 40; creator++)
            await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 10);
        await database.ExecuteAsync("analyze");
        await database.ExecuteAsync(
            """
            update multiplatform_post_queue set status = 'posted'
            where creator_id <> (select creator_id from multiplatform_post_queue group by creator_id order by count(*) desc limit 1)
            """);

        var plans = await PlansAsync(database, "select post_queue_claim(gen_random_uuid(), 100, 900, true)");

        Assert.Contains("using multiplatform_post_queue_creator_due_idx", plans, StringComparison.Ordinal);
        Assert.DoesNotContain("Incremental Sort", plans, StringComparison.Ordinal);
        // Of the index no more than twice the batch, not the creator's 20,000.
        Assert.DoesNotMatch("rows=([3-9][0-9]{2}|[0-9]{4,}) loops", plans);
        Assert.Equal(100L, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
    }

    [Theory]
    [InlineData("posted")]
    [InlineData("cancelled")]
    public async Task To_count_what_has_ended_reads_the_index_and_no_row(string status)
    {
        await using var database = await CreateLongQueueAsync();
        await database.ExecuteAsync($"update multiplatform_post_queue set status = '{status}'");
        // All pages are known to hold what everybody sees, as those of what has ended for long are; statistics say nothing.
        await database.ExecuteAsync("vacuum multiplatform_post_queue");

        var plans = await PlansAsync(database, $"select post_queue.count_ended('{status}', 10000)");

        // The function looks at the catalog, too: this is about the queue.
        Assert.Matches(@"Index Only Scan using \w+ on multiplatform_post_queue q .*\n\s*Heap Fetches: 0", plans);
    }

    private async Task<TestDatabase> CreateLongQueueAsync(string? beforeFilling = null, string? afterFilling = "analyze")
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            alter table multiplatform_post_queue set (autovacuum_enabled = false);
            alter table content_posts set (autovacuum_enabled = false)
            """);
        if (beforeFilling is not null)
            await database.ExecuteAsync(beforeFilling);
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 20_000);
        if (afterFilling is not null)
            await database.ExecuteAsync(afterFilling);
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

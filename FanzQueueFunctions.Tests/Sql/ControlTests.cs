using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What pause, resume and limit write and answer. What the claim makes of it: PausedClaimTests, LimitedClaimTests.</summary>
public sealed class ControlTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_pause_says_since_when_by_whom_and_why_and_a_repeated_one_keeps_its_beginning()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var first = await database.PauseAsync("girlfanz", "it is down");
        var second = await database.PauseAsync("girlfanz", "a lawyer called");

        Assert.Equal(("true", "false"), (first.Text("changed"), second.Text("changed")));
        var (before, after) = (first["paused"]![0]!, Assert.Single(second["paused"]!.AsArray())!);
        Assert.Equal(("girlfanz", "a test", "it is down"), (before.Text("platform"), before.Text("paused_by"), before.Text("reason")));
        Assert.Equal((before.Text("paused_at"), "a lawyer called"), (after.Text("paused_at"), after.Text("reason")));
    }

    [Fact]
    public async Task Resumed_a_pause_is_over_and_stays_on_record()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.PauseAsync("girlfanz");

        var first = await database.ResumeAsync("girlfanz");
        var second = await database.ResumeAsync("girlfanz");

        Assert.Equal(("true", "false"), (first.Text("changed"), second.Text("changed")));
        Assert.Empty(first["paused"]!.AsArray());
        Assert.Equal(1L, await database.CountAsync("post_queue.pauses where resumed_at is not null and resumed_by = 'a test'"));
    }

    [Fact]
    public async Task Resuming_everything_leaves_a_platform_paused_that_was_paused_by_itself()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.PauseAsync("girlfanz");
        await database.PauseAsync(null);

        var answer = await database.ResumeAsync("*");

        Assert.Equal("girlfanz", Assert.Single(answer["paused"]!.AsArray())!.Text("platform"));
    }

    [Fact]
    public async Task A_limit_says_how_many_a_minute_and_by_whom_until_it_is_taken_off()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var set = await database.LimitAsync("girlfanz", 60);
        var again = await database.LimitAsync("girlfanz", 60);
        var off = await database.LimitAsync("girlfanz", null);

        Assert.Equal(("true", "false", "true"), (set.Text("changed"), again.Text("changed"), off.Text("changed")));
        var limit = set["limited"]![0]!;
        Assert.Equal(("girlfanz", "60", "a test"), (limit.Text("platform"), limit.Text("per_minute"), limit.Text("set_by")));
        Assert.Empty(off["limited"]!.AsArray());
    }

    [Fact]
    public async Task Each_call_is_on_record_with_who_what_and_why()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        await database.PauseAsync("girlfanz", "it is down");
        await database.PauseAsync("girlfanz", "it is still down");
        await database.ResumeAsync(null);
        await database.LimitAsync("boyfanz", 60);

        Assert.Equal(
            [
                "pause {\"platform\": \"girlfanz\"} it is down 1 {}",
                "pause {\"platform\": \"girlfanz\"} it is still down 0 {\"unchanged\": 1}",
                "resume {\"platform\": \"*\"}  0 {\"unchanged\": 1}",
                "limit {\"platform\": \"boyfanz\", \"per_minute\": 60}  1 {}",
            ],
            (await database.RowsAsync(
                """
                select format('%s %s %s %s %s', verb, filter, reason, done, left_alone)
                from post_queue.actions
                where actor = 'a test' and finished and meant = 1
                order by id
                """)).Select(row => row[0]));
    }

    [Theory]
    [InlineData("post_queue_pause('girlfanz', 'a test', null, 'k')")]
    [InlineData("post_queue_resume('girlfanz', 'a test', null, 'k')")]
    [InlineData("post_queue_limit('girlfanz', 60, 'a test', null, 'k')")]
    public async Task Repeated_under_its_key_a_call_answers_the_same_and_is_done_once(string call)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        if (call.Contains("resume", StringComparison.Ordinal))
            await database.PauseAsync("girlfanz");

        var first = await database.ScalarAsync<string>($"select {call}::text");
        var second = await database.ScalarAsync<string>($"select {call}::text");

        Assert.Contains("\"changed\": true", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.Equal(1L, await database.CountAsync("post_queue.actions where idempotency_key = 'k'"));
    }

    [Theory]
    [InlineData("post_queue_pause('boyfanz', 'a test', null, 'k')")]
    [InlineData("post_queue_resume('girlfanz', 'a test', null, 'k')")]
    [InlineData("post_queue_limit('girlfanz', 60, 'a test', null, 'k')")]
    public async Task A_key_of_another_change_is_a_conflict_and_nothing_is_done(string call)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("select post_queue_pause('girlfanz', 'a test', null, 'k')");

        var answer = await database.ScalarAsync<string>($"select {call}::text");

        Assert.Contains("\"conflict\": true", answer, StringComparison.Ordinal);
        Assert.Equal(1L, await database.CountAsync("post_queue.pauses where platform = 'girlfanz' and resumed_at is null"));
        Assert.Equal(0L, await database.CountAsync("post_queue.limits"));
        Assert.Equal(1L, await database.CountAsync("post_queue.actions"));
    }

    [Fact]
    public async Task A_key_of_a_pause_is_no_key_of_a_change_of_items()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("select post_queue_pause('girlfanz', 'a test', null, 'k')");

        var answer = await database.ScalarAsync<string>(
            "select post_queue_retry('{\"idempotency_key\": \"k\", \"filter\": {\"status\": \"failed\"}}')::text");

        Assert.Contains("\"conflict\": true", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("post_queue_pause('girlfanz', 'a test', dry_run => true)")]
    [InlineData("post_queue_resume(null, 'a test', dry_run => true)")]
    [InlineData("post_queue_limit('girlfanz', 60, 'a test', dry_run => true)")]
    public async Task A_dry_run_says_whether_it_would_change_anything_and_writes_nothing(string call)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.PauseAsync(null);

        var answer = await database.ScalarAsync<string>($"select {call}::text");

        Assert.Contains("\"changed\": true", answer, StringComparison.Ordinal);
        Assert.Equal(1L, await database.CountAsync("post_queue.pauses where resumed_at is null"));
        Assert.Equal(0L, await database.CountAsync("post_queue.limits"));
        Assert.Equal(1L, await database.CountAsync("post_queue.actions"));
    }

    [Fact]
    public async Task A_call_whose_change_is_rolled_back_leaves_no_record()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using (var session = await OpenTransaction.BeginAsync(database))
            await session.ExecuteAsync("select post_queue_pause('girlfanz', 'a test', null)");

        Assert.Equal(0L, await database.CountAsync("post_queue.actions"));
    }

    [Fact]
    public async Task The_app_of_release_2_is_shown_only_what_it_can_read()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.PauseAsync("girlfanz");
        await database.ExecuteAsync(
            "select post_queue_retry('{\"idempotency_key\": \"k\", \"filter\": {\"status\": \"failed\"}}')");

        Assert.Equal("1", await database.ScalarAsync<string>("select jsonb_array_length(post_queue_action_list() -> 'actions')::text"));
        Assert.Equal("2", await database.ScalarAsync<string>(
            "select jsonb_array_length(post_queue_action_list(all_verbs => true) -> 'actions')::text"));
    }

    [Theory]
    [InlineData("post_queue_pause('girlfans', 'a test', null)")]
    [InlineData("post_queue_pause('', 'a test', null)")]
    [InlineData("post_queue_pause('girlfanz', '', null)")]
    [InlineData("post_queue_pause('girlfanz', null, null)")]
    [InlineData("post_queue_resume('girlfans', 'a test')")]
    [InlineData("post_queue_resume('girlfanz', null)")]
    [InlineData("post_queue_limit('girlfans', 60, 'a test')")]
    [InlineData("post_queue_limit('*', 60, 'a test')")]
    [InlineData("post_queue_limit(null, 60, 'a test')")]
    [InlineData("post_queue_limit('girlfanz', 0, 'a test')")]
    [InlineData("post_queue_limit('girlfanz', 60001, 'a test')")]
    [InlineData("post_queue_limit('girlfanz', 60, null)")]
    public async Task A_platform_that_is_unknown_or_an_argument_out_of_its_range_is_an_error(string call)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync($"select {call}"));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }
}

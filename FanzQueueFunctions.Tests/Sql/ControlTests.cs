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
        Assert.Equal(1L, await database.CountAsync("post_queue_pauses where resumed_at is not null and resumed_by = 'a test'"));
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

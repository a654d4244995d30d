using FanzQueueFunctions.Testbed;
using static FanzQueueFunctions.Testbed.FunctionsHost.Rpc.RpcLog.Types;
using static FanzQueueFunctions.Testbed.FunctionsHost.Rpc.StatusResult.Types;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The timers, fired as the Functions host fires them.</summary>
public sealed class TimerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_timer_posts_what_is_due_and_the_log_reads_as_the_README_shows_it_each_line_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));

        var run = await app.FireAsync("ProcessQueue");

        Assert.Equal((Status.Success, null), (run.Status, run.Exception?.Message));
        var id = item.ToString("N")[^8..];
        Assert.Collection(
            app.LinesOfRuns(),
            line => Assert.Matches(@"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] Processing 1 queue items\.\.\. \(claim ", line),
            line => Assert.Equal($"[{id}] Processing: An original → girlfanz", line),
            line => Assert.StartsWith($"[{id}] ✅ SUCCESS - Posted to girlfanz (", line),
            line => Assert.Matches(@"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] Batch complete$", line));
        Assert.Equal(1, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Fact]
    public async Task A_line_carries_its_level_its_category_and_the_run_that_wrote_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "target_platform = 'nofanz'");
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));

        await app.FireAsync("ProcessQueue");

        var failed = Assert.Single(app.Logs, log => log.Message.Contains("❌ FAILED", StringComparison.Ordinal));
        Assert.Equal(
            (Level.Warning, "FanzQueueFunctions.Processing.QueueProcessor", RpcLogCategory.User),
            (failed.Level, failed.Category, failed.LogCategory));
        Assert.NotEmpty(failed.InvocationId);
    }

    [Fact]
    public async Task The_timer_fires_by_the_schedule_that_its_setting_names()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = await AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString), ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"));

        await app.WaitForLineAsync("Batch complete");

        Assert.Equal(1, await database.CountAsync("multiplatform_post_queue where status = 'posted'"));
    }

    [Fact]
    public async Task The_heartbeat_says_healthy()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));

        await app.FireAsync("HealthHeartbeat");

        Assert.Matches(@"^\[HEALTH\] healthy - Uptime: \d+s - Database: 127\.0\.0\.1:\d+/\w+$", Assert.Single(app.LinesOfRuns()));
    }

    [Fact]
    public async Task A_database_that_is_down_is_one_error_line_a_firing_and_no_failed_run()
    {
        await using var app = await AzureApp.StartAsync(
            ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nowhere?sslmode=disable"));

        var run = await app.FireAsync("ProcessQueue");

        Assert.Equal(Status.Success, run.Status);
        Assert.Single(app.Lines, line => line.StartsWith("Run ended: ", StringComparison.Ordinal));
    }
}

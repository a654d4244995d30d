using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;
using FanzQueueFunctions.Testbed.FunctionsHost.Rpc;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>A worker that ends, by itself or by force.</summary>
public sealed class StopTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_worker_killed_in_the_middle_of_a_batch_and_started_again_loses_nothing_and_posts_nothing_twice()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        (string, string?)[] settings = [("DATABASE_URL", database.ConnectionString), ("Queue__LeaseMinutes", "0.02")];
        await using var killed = await AzureApp.StartAsync(settings);
        await AddItemsAsync(killed, database);
        await using var history = await HeldTable.TakeAsync(database, "multiplatform_post_history");

        var run = killed.FireAsync("ProcessQueue");
        await history.UntilWaitedForAsync();
        killed.Signal("KILL");
        await Assert.ThrowsAsync<WorkerGoneException>(() => run);
        await history.EndWaitersAsync();
        await history.LetGoAsync();
        Assert.Equal(10, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));

        await using var started = await AzureApp.StartAsync(settings);
        await Until.TrueAsync(
            async () =>
            {
                await started.FireAsync("ProcessQueue");
                return await database.CountAsync("multiplatform_post_queue where status = 'posted'") == 10;
            },
            "all items are posted");
        Assert.Equal(10, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(10, await database.CountAsync("multiplatform_post_history"));
    }

    [Theory]
    [InlineData("the host says so", 0)]
    [InlineData("TERM", 200)]
    [InlineData("INT", 200)]
    [InlineData("QUIT", 200)]
    [InlineData("HUP", 200)]
    public async Task A_worker_told_to_end_in_the_middle_of_a_batch_settles_it_first_and_asks_to_be_started_again_unless_the_host_told_it(
        string how, int exitCode)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString),
            ("Queue__BatchSize", "5"),
            ("Queue__MaxBatchesPerFiring", "10"));
        await AddItemsAsync(app, database);
        await using var history = await HeldTable.TakeAsync(database, "multiplatform_post_history");

        var run = app.FireAsync("ProcessQueue");
        await history.UntilWaitedForAsync();
        if (exitCode == 0)
            app.Terminate();
        else
            app.Signal(how);
        await Until.TrueAsync(
            () => Task.FromResult(app.Logs.Any(log => log.Message.StartsWith("Application is shutting down", StringComparison.Ordinal))),
            "the worker knows that it must end");
        // A second is enough for a worker that does not wait for its batch to be gone.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.WaitForExitAsync(seconds: 1));
        await history.LetGoAsync();

        Assert.Equal(exitCode, await app.WaitForExitAsync());
        await Record.ExceptionAsync(() => run);
        Assert.Equal(0, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
        Assert.InRange(await database.CountAsync("multiplatform_post_queue where status = 'posted'"), 5, 15);
    }

    [Fact]
    public async Task A_run_that_the_host_cancels_settles_what_is_in_hand_takes_no_more_and_is_no_failure()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString),
            ("Queue__BatchSize", "2"),
            ("Queue__MaxBatchesPerFiring", "10"));
        await AddItemsAsync(app, database);
        await using var history = await HeldTable.TakeAsync(database, "multiplatform_post_history");
        using var cancelled = new CancellationTokenSource();

        var run = app.FireAsync("ProcessQueue", cancelled.Token);
        await history.UntilWaitedForAsync();
        await cancelled.CancelAsync();
        // An answer to a later message: what was sent before has been read by then.
        await app.FireAsync("Prune");
        await history.LetGoAsync();

        Assert.Equal(StatusResult.Types.Status.Success, (await run).Status);
        Assert.Equal(0, await database.CountAsync("multiplatform_post_queue where status = 'processing'"));
        Assert.InRange(await database.CountAsync("multiplatform_post_queue where status = 'posted'"), 2, 6);
    }

    [Theory]
    [InlineData("PROCESS_QUEUE_SCHEDULE")]
    [InlineData("HEALTH_SCHEDULE")]
    [InlineData("PRUNE_SCHEDULE")]
    public async Task Without_a_schedule_the_worker_does_not_start_because_the_host_would_leave_the_timer_out(string setting)
    {
        await using var app = await AzureApp.StartAsync(
            ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nowhere"), (setting, ""));

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.StartsWith($"{setting} is not set, and without it the Functions host runs no timer.", Assert.Single(app.Lines));
    }

    [Fact]
    public async Task Without_settings_the_worker_ends_with_one_sentence_and_exit_code_1_and_nothing_waits_for_it()
    {
        await using var app = await AzureApp.StartAsync();

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Equal(
            ["No database is set. Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL."], app.Lines);
        await Assert.ThrowsAsync<WorkerGoneException>(app.AddressAsync);
    }

    /// <summary>After a first run, which has the check at start behind it: nobody but a batch then needs the history.</summary>
    private static async Task AddItemsAsync(FunctionsHostStandIn app, TestDatabase database)
    {
        await app.FireAsync("ProcessQueue");
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 10);
    }
}

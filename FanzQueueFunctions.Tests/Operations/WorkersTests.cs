using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Processing;
using FanzQueueFunctions.Tests.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Operations;

/// <summary>Whether work is done: as the heartbeat says it, and as any other process sees it.</summary>
public sealed class WorkersTests(PostgresFixture postgres) : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_worker_that_works_is_healthy_and_another_process_sees_its_last_run_and_post(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var under = await StoreUnderTest.CreateAsync(database, transport);
        var processor = Processors.Over(under.Store, _services);
        await processor.ProcessDueItemsAsync();

        var report = await processor.ReportHealthAsync();
        var overview = await OverviewAsync(under);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal(HealthStatus.Healthy, overview.Health!.Status);
        var worker = Assert.Single(overview.Workers!);
        Assert.Equal((Environment.MachineName, false, 0), (worker.Name, worker.IsGone, worker.FailedRuns));
        Assert.NotNull(worker.CompletedAt);
        Assert.NotNull(worker.PostedAt);
        Assert.NotNull(overview.LastPostedAt);
    }

    [Fact]
    public async Task A_queue_that_no_worker_works_is_said_to_be_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var under = StoreUnderTest.Direct(database);

        var never = await OverviewAsync(under);
        await Processors.Over(under.Store, _services).ReportHealthAsync();
        await database.ExecuteAsync("update post_queue.workers set reported_at = now() - interval '4 minutes'");
        var gone = await OverviewAsync(under);

        Assert.Equal((HealthStatus.Unhealthy, "no worker has reported for a day"), StatusAndReason(never));
        Assert.Equal((HealthStatus.Unhealthy, "no worker has reported for 4 min"), StatusAndReason(gone));
    }

    [Fact]
    public async Task A_worker_that_reported_while_the_clock_was_ahead_counts_for_nothing_and_is_forgotten()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var under = StoreUnderTest.Direct(database);
        await Processors.Over(under.Store, _services).ReportHealthAsync();
        await database.ExecuteAsync("update post_queue.workers set reported_at = now() + interval '5 hours'");

        Assert.Equal(HealthStatus.Unhealthy, (await OverviewAsync(under)).Health!.Status);

        await Processors.Over(under.Store, _services).ReportHealthAsync();
        Assert.Equal(0L, await database.CountAsync("post_queue.workers where reported_at > now() + interval '1 minute'"));
    }

    [Fact]
    public async Task A_full_disk_is_unhealthy_at_the_next_heartbeat_and_no_item_is_charged()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 30);
        await database.ExecuteAsync(
            """
            create function full_disk() returns trigger language plpgsql as
              'begin raise exception ''could not extend file: No space left on device'' using errcode = ''disk_full''; end';
            create trigger full_disk before insert on content_posts for each row
              when (new.queue_item_id is not null) execute function full_disk()
            """);
        await using var under = StoreUnderTest.Direct(database);
        var processor = Processors.Over(under.Store, _services);
        for (var run = 1; run <= 3; run++)
            await processor.ProcessDueItemsAsync();

        var report = await processor.ReportHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains(report.Reasons, reason =>
            reason.Contains("the last 3 runs failed", StringComparison.Ordinal)
            && reason.Contains("No space left on device", StringComparison.Ordinal));
        Assert.Equal(0L, await database.ScalarAsync<long>("select sum(retry_count)::bigint from multiplatform_post_queue"));
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_unhealthy_although_it_can_be_read()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$");
        await using var under = StoreUnderTest.Direct(database);

        var report = await Processors.Over(under.Store, _services).ReportHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("read-only", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_was_not_heard_of_for_a_day_is_forgotten_and_one_row_a_process_is_kept()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var under = StoreUnderTest.Direct(database);
        await Processors.Over(under.Store, _services).ReportHealthAsync();
        await database.ExecuteAsync("update post_queue.workers set reported_at = now() - interval '25 hours'");
        var processor = Processors.Over(under.Store, _services);

        await processor.ReportHealthAsync();
        await processor.ReportHealthAsync();

        Assert.Equal(1L, await database.CountAsync("post_queue.workers where reported_at > now() - interval '1 minute'"));
        Assert.Equal(1L, await database.CountAsync("post_queue.workers"));
    }

    [Fact]
    public async Task The_minutes_report_tells_of_the_worker_and_rolls_up_the_figures()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "insert into multiplatform_post_history (target_platform, posted_at) values ('girlfanz', now() - interval '10 minutes')");
        await using var under = StoreUnderTest.Direct(database);
        var worker = new WorkerState(Schedules.Read(new ConfigurationBuilder().Build()), new(), TimeProvider.System);

        await new MinuteReport(
            under.Store, under.Operations, worker,
            new StartCheck(new DatabaseCheck(under.Store), Substitute.For<IHostApplicationLifetime>(), NullLogger<StartCheck>.Instance),
            ActivatorUtilities.CreateInstance<QueueMetrics>(_services),
            TimeProvider.System, NullLogger<MinuteReport>.Instance).WriteAsync();

        Assert.Equal(1L, await database.CountAsync("post_queue.workers"));
        Assert.Equal(1L, await database.ScalarAsync<long>(
            "select sum(posted)::bigint from post_queue.figures where width_seconds = 60 and platform = 'girlfanz'"));
    }

    private static Task<QueueOverview> OverviewAsync(StoreUnderTest under) => new QueueOperations(
        under.Operations, new(), TimeProvider.System, NullLogger<QueueOperations>.Instance).ReadOverviewAsync();

    private static (HealthStatus Status, string Reason) StatusAndReason(QueueOverview overview) =>
        (overview.Health!.Status, Assert.Single(overview.Health.Reasons));
}

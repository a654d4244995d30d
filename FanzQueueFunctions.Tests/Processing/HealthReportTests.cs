using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class HealthReportTests
{
    private static readonly WorkerFigures Worker = new() { Name = "here" };
    private static readonly QueueHealth Quiet = new() { Workers = [Worker] };

    [Fact]
    public void A_quiet_queue_is_healthy()
    {
        var report = HealthReport.Of(Quiet);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Empty(report.Reasons);
    }

    [Fact]
    public void Stuck_items_degrade()
    {
        var report = HealthReport.Of(Quiet with { Stuck = 3 });

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal(["3 items are stuck"], report.Reasons);
    }

    [Theory]
    [InlineData(300, HealthStatus.Healthy)]
    [InlineData(301, HealthStatus.Degraded)]
    public void A_wait_of_more_than_5_minutes_degrades(long seconds, HealthStatus expected) =>
        Assert.Equal(expected, HealthReport.Of(Quiet with { OldestDueSeconds = seconds }).Status);

    [Theory]
    [InlineData(99, 1, HealthStatus.Healthy)]
    [InlineData(98, 2, HealthStatus.Degraded)]
    [InlineData(0, 1, HealthStatus.Degraded)]
    public void More_than_1_percent_of_failed_posts_degrades(long posted, long failed, HealthStatus expected) =>
        Assert.Equal(expected, HealthReport.Of(Quiet with { PostedLastHour = posted, FailedLastHour = failed }).Status);

    [Fact]
    public void All_reasons_are_given()
    {
        var report = HealthReport.Of(Quiet with
        {
            Stuck = 1,
            OldestDueSeconds = 412,
            PostedLastHour = 97,
            FailedLastHour = 3,
        });

        Assert.Equal(
            [
                "1 item is stuck",
                "the oldest due item has waited 6 min",
                "3 % of the last hour's posts failed (3 of 100)",
            ],
            report.Reasons);
    }

    [Fact]
    public void A_queue_that_nobody_works_is_unhealthy()
    {
        Assert.Equal(
            (HealthStatus.Unhealthy, "no worker has reported for a day"), StatusAndReason(Quiet with { Workers = [] }));
        Assert.Equal(
            (HealthStatus.Unhealthy, "no worker has reported for 4 min"),
            StatusAndReason(Quiet with { Workers = [Worker with { IsGone = true, ReportedSeconds = 240 }] }));
    }

    [Fact]
    public void A_worker_whose_runs_do_not_come_is_unhealthy_unless_another_works()
    {
        var late = Worker with { IsLate = true, CompletedSeconds = 240 };
        const string Reason = "worker here has completed no run for 4 min";

        Assert.Equal((HealthStatus.Unhealthy, Reason), StatusAndReason(Quiet with { Workers = [late] }));
        Assert.Equal((HealthStatus.Degraded, Reason), StatusAndReason(Quiet with { Workers = [late, Worker] }));
    }

    [Theory]
    [InlineData(1, HealthStatus.Degraded, "the last run")]
    [InlineData(2, HealthStatus.Degraded, "the last 2 runs")]
    [InlineData(3, HealthStatus.Unhealthy, "the last 3 runs")]
    public void A_worker_whose_runs_fail_says_with_what(int runs, HealthStatus expected, string which) => Assert.Equal(
        (expected, $"worker here: {which} failed: The disk is full."),
        StatusAndReason(Quiet with { Workers = [Worker with { FailedRuns = runs, Error = "The disk is full." }] }));

    [Fact]
    public void Items_that_could_not_be_settled_degrade() => Assert.Equal(
        (HealthStatus.Degraded, "worker here could not settle 1 item: Its row is locked."),
        StatusAndReason(Quiet with { Workers = [Worker with { Unsettled = 1, Error = "Its row is locked." }] }));

    [Fact]
    public void A_database_that_does_not_answer_is_unhealthy()
    {
        var report = HealthReport.Unanswered(new QueueStoreException(QueueStoreError.Unreachable, "No connection."));

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal(["No connection."], report.Reasons);
    }

    private static (HealthStatus Status, string Reason) StatusAndReason(QueueHealth queue)
    {
        var report = HealthReport.Of(queue);
        return (report.Status, Assert.Single(report.Reasons));
    }
}

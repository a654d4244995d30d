using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class HealthReportTests
{
    private static readonly QueueHealth Quiet = new() { Counts = new Dictionary<string, long>() };

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
                "the oldest due item has waited 412s",
                "3 % of the last hour's posts failed (3 of 100)",
            ],
            report.Reasons);
    }

    [Fact]
    public void A_database_that_does_not_answer_is_unhealthy()
    {
        var report = HealthReport.Unanswered(new QueueStoreException(QueueStoreError.Unreachable, "No connection."));

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal(["No connection."], report.Reasons);
    }
}

using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Tests.Processing;

/// <summary>By the default schedule: a run every ten seconds.</summary>
public sealed class WorkerStateTests
{
    private readonly SetClock _time = new(new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
    private readonly WorkerState _worker;

    public WorkerStateTests() => _worker = new(Schedules.Read(new ConfigurationBuilder().Build()), new QueueOptions(), _time);

    [Fact]
    public void Three_times_of_the_schedule_without_a_run_are_late()
    {
        Run();

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(_worker.Report().IsLate);
        Assert.True(_worker.Runs);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_worker.Report().IsLate);
        Assert.False(_worker.Runs);
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_nothing_early()
    {
        Run();
        _time.SetBackBy = TimeSpan.FromHours(1);

        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.True(_worker.Report().IsLate);
    }

    [Fact]
    public void A_run_under_way_is_not_late_and_one_that_hangs_is_not_alive()
    {
        _worker.RunBegan();

        _time.Advance(TimeSpan.FromMinutes(8));
        Assert.False(_worker.Report().IsLate);
        Assert.True(_worker.Runs);

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(_worker.Runs);
    }

    [Fact]
    public void Runs_that_the_database_fails_are_counted_and_do_not_make_the_process_dead()
    {
        for (var run = 1; run <= 4; run++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            Run(new ProcessedItems(Completed: false), "The database did not answer.");
        }

        var report = _worker.Report();
        Assert.Equal((4, "The database did not answer.", 0.0), (report.FailedRuns, report.Error, report.ErrorSecondsAgo));
        Assert.Null(report.CompletedSecondsAgo);
        Assert.True(_worker.Runs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_that_settles_something_beside_what_it_cannot_has_not_failed(bool inTime)
    {
        Run(new ProcessedItems(Batches: 1, Posted: 9, Completed: inTime), "Its row is locked.", unsettled: 1);

        var report = _worker.Report();
        Assert.Equal((0, 1, "Its row is locked."), (report.FailedRuns, report.Unsettled, report.Error));
        Assert.Equal(0, report.PostedSecondsAgo);
    }

    [Fact]
    public void A_run_that_settles_nothing_of_what_it_took_has_failed()
    {
        Run(new ProcessedItems(Batches: 1), "The disk is full.", unsettled: 10);

        Assert.Equal(1, _worker.Report().FailedRuns);
    }

    /// <summary>A clock that can be set back, while the time that passes is what it is.</summary>
    private sealed class SetClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public TimeSpan SetBackBy { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - SetBackBy;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }

    private void Run(ProcessedItems? processed = null, string? error = null, int unsettled = 0)
    {
        _worker.RunBegan();
        _worker.RunEnded(processed ?? new(), error, unsettled);
    }
}

using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class WakeRunsTests
{
    private readonly IQueueProcessor _processor = Substitute.For<IQueueProcessor>();

    [Fact]
    public async Task All_hints_that_come_during_a_run_share_the_next_one_and_none_runs_beside_it()
    {
        var release = new TaskCompletionSource<ProcessedItems>();
        var (running, most, runs) = (0, 0, 0);
        _processor.ProcessDueItemsAsync(default).ReturnsForAnyArgs(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            Interlocked.Increment(ref runs);
            await release.Task;
            Interlocked.Decrement(ref running);
            return new ProcessedItems();
        });
        using var wake = new WakeRuns(_processor, apart: TimeSpan.Zero);
        await wake.StartAsync(TestContext.Current.CancellationToken);

        wake.Wake();
        await Until.TrueAsync(() => Task.FromResult(runs == 1), "the first run begins");
        for (var i = 0; i < 1000; i++)
            wake.Wake();
        release.SetResult(new());

        // The second for the thousand hints, the third a second later for what sent no hint.
        await Until.TrueAsync(() => Task.FromResult(runs == 3), "three runs");
        await wake.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal((3, 1), (runs, most));
    }

    [Fact]
    public async Task Runs_begin_no_closer_together_than_they_may()
    {
        List<DateTime> begun = [];
        _processor.ProcessDueItemsAsync(default).ReturnsForAnyArgs(_ =>
        {
            lock (begun)
                begun.Add(DateTime.UtcNow);
            return new ProcessedItems();
        });
        using var wake = new WakeRuns(_processor, apart: TimeSpan.FromMilliseconds(300));
        await wake.StartAsync(TestContext.Current.CancellationToken);

        wake.Wake();
        await Until.TrueAsync(
            () =>
            {
                wake.Wake();
                return Task.FromResult(begun.Count >= 3);
            },
            "three runs");

        await wake.StopAsync(TestContext.Current.CancellationToken);
        // A timer may be a little early.
        Assert.All(begun.Zip(begun.Skip(1)), pair => Assert.True(pair.Second - pair.First > TimeSpan.FromMilliseconds(280)));
    }

    [Fact]
    public async Task A_stop_waits_for_the_run_in_hand()
    {
        var release = new TaskCompletionSource<ProcessedItems>();
        var begun = new TaskCompletionSource();
        _processor.ProcessDueItemsAsync(default).ReturnsForAnyArgs(_ =>
        {
            begun.TrySetResult();
            return release.Task;
        });
        using var wake = new WakeRuns(_processor, apart: TimeSpan.Zero);
        await wake.StartAsync(TestContext.Current.CancellationToken);
        wake.Wake();
        await begun.Task;

        var stop = wake.StopAsync(TestContext.Current.CancellationToken);

        Assert.False(stop.IsCompleted);
        release.SetResult(new());
        await stop.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }
}

using System.Diagnostics.Metrics;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using FanzQueueFunctions.Testbed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class WakeRunsTests : IDisposable
{
    private readonly IQueueProcessor _processor = Substitute.For<IQueueProcessor>();
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

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
        using var wake = Runs(TimeSpan.Zero);
        await wake.StartAsync(TestContext.Current.CancellationToken);

        wake.Wake();
        await Until.TrueAsync(() => Task.FromResult(runs == 1), "the first run begins");
        for (var i = 0; i < 1000; i++)
            wake.Wake();
        release.SetResult(new());

        await Until.TrueAsync(() => Task.FromResult(runs == 2), "a run for the thousand hints");
        // The third a second later, for what sent no hint; and none after it, however much time passes.
        await PassUntilAsync(TimeSpan.FromSeconds(1), () => runs == 3, "a run for what sent no hint");
        _time.Advance(TimeSpan.FromDays(1));
        await wake.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal((3, 1), (runs, most));
    }

    [Fact]
    public async Task Runs_begin_no_closer_together_than_they_may()
    {
        List<DateTimeOffset> begun = [];
        _processor.ProcessDueItemsAsync(default).ReturnsForAnyArgs(_ =>
        {
            lock (begun)
                begun.Add(_time.GetUtcNow());
            return new ProcessedItems();
        });
        using var wake = Runs(TimeSpan.FromMilliseconds(300));
        await wake.StartAsync(TestContext.Current.CancellationToken);

        await PassUntilAsync(
            TimeSpan.FromMilliseconds(50),
            () =>
            {
                wake.Wake();
                lock (begun)
                    return begun.Count >= 4;
            },
            "four runs");

        await wake.StopAsync(TestContext.Current.CancellationToken);
        Assert.All(begun.Zip(begun.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public async Task After_one_item_alone_the_next_run_may_follow_soon()
    {
        var runs = 0;
        _processor.ProcessDueItemsAsync(default).ReturnsForAnyArgs(_ =>
        {
            Interlocked.Increment(ref runs);
            return new ProcessedItems(Batches: 1, Posted: 1);
        });
        using var wake = Runs(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(10));
        await wake.StartAsync(TestContext.Current.CancellationToken);
        wake.Wake();
        await Until.TrueAsync(() => Task.FromResult(runs == 1), "the first run");

        wake.Wake();
        _time.Advance(TimeSpan.FromMilliseconds(10));

        await Until.TrueAsync(() => Task.FromResult(runs == 2), "the second run");
        await wake.StopAsync(TestContext.Current.CancellationToken);
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
        using var wake = Runs(TimeSpan.Zero);
        await wake.StartAsync(TestContext.Current.CancellationToken);
        wake.Wake();
        await begun.Task;

        var stop = wake.StopAsync(TestContext.Current.CancellationToken);

        Assert.False(stop.IsCompleted);
        release.SetResult(new());
        await stop.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    /// <summary>Lets time pass, step by step, until something is so.</summary>
    private Task PassUntilAsync(TimeSpan step, Func<bool> isSo, string what) => Until.TrueAsync(
        () =>
        {
            _time.Advance(step);
            return Task.FromResult(isSo());
        },
        what);

    private WakeRuns Runs(TimeSpan apart, TimeSpan? apartAfterOne = null) => new(
        _processor, apart, apartAfterOne ?? apart, _time, new QueueMetrics(_services.GetRequiredService<IMeterFactory>()), NullLogger<WakeRuns>.Instance);
}

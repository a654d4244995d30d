using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>When timers fire, by a clock that the test moves.</summary>
public sealed class TimerTests
{
    private readonly StepClock _clock = new();
    private readonly Runs _runs = new();

    [Fact]
    public async Task A_timer_fires_at_the_times_of_its_schedule()
    {
        await using var host = await StartAsync();
        for (var tick = 1; tick <= 3; tick++)
        {
            await AdvanceToNextTickAsync();
            (await _runs.NextAsync()).End();
            Assert.Equal(StepClock.Noon.AddSeconds(10 * tick), _clock.GetUtcNow());
        }
    }

    [Fact]
    public async Task A_timer_that_starts_between_two_times_waits_for_the_next()
    {
        _clock.Advance(TimeSpan.FromMilliseconds(3_500));

        await using var host = await StartAsync();

        Assert.Equal(TimeSpan.FromMilliseconds(6_500), await _clock.NextWaitAsync());
    }

    [Fact]
    public async Task A_clock_that_is_set_back_makes_a_timer_late_by_one_period_at_most()
    {
        await using var host = await StartAsync();
        var wait = await _clock.NextWaitAsync();
        _clock.AdjustTime(StepClock.Noon.AddMinutes(-30).AddSeconds(5));

        _clock.Advance(wait);
        _clock.Advance(await _clock.NextWaitAsync());

        (await _runs.NextAsync()).End();
        Assert.Equal(StepClock.Noon.AddMinutes(-30).AddSeconds(20), _clock.GetUtcNow());
    }

    [Fact]
    public async Task A_run_longer_than_its_schedule_is_followed_by_one_run_at_once_and_then_by_the_schedule()
    {
        await using var host = await StartAsync();
        await AdvanceToNextTickAsync();
        var slow = await _runs.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(25));
        Assert.True(_runs.NoneWaiting);

        slow.End();
        (await _runs.NextAsync()).End();

        Assert.Equal(TimeSpan.FromSeconds(5), await _clock.NextWaitAsync());
        Assert.Equal(1, _runs.MostAtOnce);
    }

    [Fact]
    public async Task A_run_that_fails_is_logged_and_the_next_comes_as_usual()
    {
        await using var host = await StartAsync();
        await AdvanceToNextTickAsync();
        (await _runs.NextAsync()).Fail(new InvalidDataException("no such luck"));

        await AdvanceToNextTickAsync();
        (await _runs.NextAsync()).End();

        Assert.Contains("Tick failed", host.Log, StringComparison.Ordinal);
        Assert.Contains("      System.IO.InvalidDataException: no such luck\n", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_by_hand_begins_though_no_time_has_passed()
    {
        await using var host = await StartAsync();

        host.Fire();

        (await _runs.NextAsync()).End();
        Assert.Equal(StepClock.Noon, _clock.GetUtcNow());
    }

    [Fact]
    public async Task A_run_by_hand_waits_for_the_one_under_way()
    {
        await using var host = await StartAsync();
        await AdvanceToNextTickAsync();
        var scheduled = await _runs.NextAsync();

        host.Fire();
        Assert.True(_runs.NoneWaiting);

        scheduled.End();
        (await _runs.NextAsync()).End();
        Assert.Equal(1, _runs.MostAtOnce);
    }

    [Fact]
    public async Task A_run_by_hand_does_not_move_the_schedule()
    {
        await using var host = await StartAsync();
        await _clock.NextWaitAsync();
        _clock.Advance(TimeSpan.FromSeconds(3));
        host.Fire();
        (await _runs.NextAsync()).End();

        Assert.Equal(TimeSpan.FromSeconds(7), await _clock.NextWaitAsync());
    }

    [Fact]
    public async Task A_long_wait_is_made_in_steps_so_that_a_clock_that_was_set_is_noticed()
    {
        await using var host = await StartAsync("0 0 0 1 1 *");

        Assert.Equal(TimeSpan.FromMinutes(1), await _clock.NextWaitAsync());
        _clock.SetUtcNow(new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));

        (await _runs.NextAsync()).End();
    }

    private Task<TestHost> StartAsync(string schedule = "*/10 * * * * *") => TestHost.StartAsync(
        _runs.RunAsync, schedule, configure: builder => builder.Services.AddSingleton<TimeProvider>(_clock));

    private async Task AdvanceToNextTickAsync() => _clock.Advance(await _clock.NextWaitAsync());
}

using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Tests.Storage;

public sealed class StoreResilienceTests
{
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_five_times_in_all()
    {
        var tries = 0;

        var exception = await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(() =>
        {
            tries++;
            throw new QueueStoreException(QueueStoreError.Unreachable, "gone");
        }));

        Assert.Equal("gone", exception.Message);
        Assert.Equal(5, tries);
    }

    [Fact]
    public async Task A_failure_that_cannot_pass_is_tried_once()
    {
        var tries = 0;

        await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(() =>
        {
            tries++;
            throw new QueueStoreException(QueueStoreError.NotMigrated, "no function");
        }));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task What_the_other_side_asks_to_wait_is_waited()
    {
        var started = _time.GetUtcNow();
        var tries = 0;

        await RunAsync(() => tries++ == 0
            ? throw new QueueStoreException(QueueStoreError.Busy, "slow down") { RetryAfter = TimeSpan.FromSeconds(13) }
            : Task.FromResult(1));

        Assert.InRange(_time.GetUtcNow() - started, TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_wait_of_an_hour_is_left_to_a_later_firing()
    {
        var tries = 0;

        await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(() =>
        {
            tries++;
            throw new QueueStoreException(QueueStoreError.Busy, "slow down") { RetryAfter = TimeSpan.FromHours(1) };
        }));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task After_many_failures_the_circuit_opens_and_closes_again_by_itself()
    {
        var resilience = new StoreResilience(_time);
        var down = true;
        var tries = 0;

        for (var run = 0; run < 3; run++)
            await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(Call, resilience));
        var open = await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(Call, resilience));
        Assert.True(open.IsTransient);
        Assert.True(tries < 20, $"{tries} calls reached a database that was down");

        down = false;
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, await RunAsync(Call, resilience));

        Task<int> Call()
        {
            tries++;
            return down ? throw new QueueStoreException(QueueStoreError.Unreachable, "gone") : Task.FromResult(1);
        }
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_told_of_a_timeout()
    {
        using var caller = new CancellationTokenSource();
        var resilience = new StoreResilience(TimeProvider.System);

        var call = resilience.CallAsync(
            async token =>
            {
                await caller.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
                return 1;
            },
            caller.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    /// <summary>Runs a call while the clock runs ahead as fast as it is waited for.</summary>
    private async Task<int> RunAsync(Func<Task<int>> call, StoreResilience? resilience = null)
    {
        var running = (resilience ?? new StoreResilience(_time)).CallAsync(_ => call(), CancellationToken.None);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await running;
    }
}

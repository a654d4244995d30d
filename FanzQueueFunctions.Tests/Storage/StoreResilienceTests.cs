using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Tests.Storage;

public sealed class StoreResilienceTests
{
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly FakeLogger<StoreResilience> _logger = new();

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
        var resilience = new StoreResilience(_time, _logger);
        var down = true;
        var tries = 0;

        for (var run = 0; run < 3; run++)
            await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(Call, resilience));
        var open = await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(Call, resilience));
        Assert.True(open.IsTransient);
        Assert.Equal(
            "The database was not asked, because the calls before failed: gone It is asked again within seconds.", open.Message);
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

    [Theory]
    [InlineData(QueueStoreError.Timeout)]
    [InlineData(QueueStoreError.MalformedAnswer)]
    public async Task What_would_come_out_the_same_again_is_asked_once(QueueStoreError error)
    {
        var tries = 0;

        await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(() =>
        {
            tries++;
            throw new QueueStoreException(error, "again");
        }));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task Malformed_answers_open_no_circuit()
    {
        var resilience = new StoreResilience(_time, _logger);
        for (var call = 0; call < 30; call++)
        {
            await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(
                () => throw new QueueStoreException(QueueStoreError.MalformedAnswer, "odd"), resilience));
        }

        Assert.Equal(1, await RunAsync(() => Task.FromResult(1), resilience));
    }

    [Fact]
    public async Task A_call_that_is_repeated_says_so_once_with_its_function_and_the_cause()
    {
        await Assert.ThrowsAsync<QueueStoreException>(() => RunAsync(
            () => throw new QueueStoreException(QueueStoreError.Unreachable, "No connection.")));

        Assert.Equal(
            ["a_function failed and is repeated: No connection."],
            _logger.Collector.GetSnapshot().Select(record => record.Message));
    }

    [Fact]
    public async Task A_call_without_an_answer_says_so_once_after_ten_seconds()
    {
        var answer = new TaskCompletionSource<int>();
        var call = new StoreResilience(_time, _logger).CallAsync("a_function", _ => answer.Task, CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(9));
        var before = _logger.Collector.Count;
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(15));
        answer.SetResult(1);

        Assert.Equal(1, await call);
        Assert.Equal(0, before);
        Assert.Equal(
            ["a_function has no answer after 10 seconds; it is waited for up to 30 seconds"],
            _logger.Collector.GetSnapshot().Select(record => record.Message));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_told_of_a_timeout()
    {
        using var caller = new CancellationTokenSource();
        var resilience = new StoreResilience(TimeProvider.System, _logger);

        var call = resilience.CallAsync(
            "a_function",
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
        var running = (resilience ?? new StoreResilience(_time, _logger)).CallAsync("a_function", _ => call(), CancellationToken.None);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await running;
    }
}

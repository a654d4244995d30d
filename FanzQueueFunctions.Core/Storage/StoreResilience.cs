using FanzQueueFunctions.Processing;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// Repeats calls that may pass: up to 4 times within some 5 seconds, each try and the whole limited in time, with a
/// circuit breaker so that a database that is down is not besieged. A call that ran out of time is not repeated as it is:
/// it would again. It stands above both transports, because an answer that is cut in its middle fails only while it is read.
/// </summary>
internal sealed class StoreResilience
{
    /// <summary>A batch of 1,000 settles in well under a second; this is for a database in trouble.</summary>
    public static readonly TimeSpan EachTry = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan InAll = TimeSpan.FromSeconds(90);

    /// <summary>What another side asks to wait (Retry-After) is honoured up to here; beyond, the next firing tries.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private const int Retries = 4;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(300);

    private readonly ResiliencePipeline _pipeline;

    public StoreResilience(TimeProvider time)
    {
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(InAll)
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<QueueStoreException>(MayPassSoon),
                MaxRetryAttempts = Retries,
                Delay = FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = attempt =>
                    new((attempt.Outcome.Exception as QueueStoreException)?.RetryAfter is { } wait && wait > TimeSpan.Zero
                        ? wait
                        : null),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<QueueStoreException>(e => e.IsTransient),
                FailureRatio = 0.9,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(30),
                // Shorter than the polling interval, so that every firing tries at least once.
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .Build();
    }

    /// <exception cref="QueueStoreException">The call failed for good, or went on failing.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                async token => await LimitedAsync(call, token), cancellationToken);
        }
        catch (BrokenCircuitException exception)
        {
            throw new QueueStoreException(
                QueueStoreError.Unreachable,
                "The database was not asked: the calls before failed. They are tried again within seconds.",
                exception);
        }
        catch (TimeoutRejectedException exception)
        {
            throw TimedOut(InAll, exception);
        }
    }

    private static async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EachTry);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(EachTry, exception);
        }
    }

    private static bool MayPassSoon(QueueStoreException exception) =>
        exception is { IsTransient: true, Error: not QueueStoreError.Timeout } && !(exception.RetryAfter > LongestWait);

    private static QueueStoreException TimedOut(TimeSpan limit, Exception inner) => new(
        QueueStoreError.Timeout,
        $"The database did not answer within {limit.TotalSeconds:0} seconds. See whether it is overloaded.",
        inner);
}

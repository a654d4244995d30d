using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Logging;
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

    /// <summary>A try that has no answer after this is said in the log.</summary>
    public static readonly TimeSpan LongTry = TimeSpan.FromSeconds(10);

    /// <summary>What another side asks to wait (Retry-After) is honoured up to here; beyond, the next firing tries.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private const int Retries = 4;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(300);
    private static readonly ResiliencePropertyKey<string> Function = new("function");

    private readonly ResiliencePipeline _pipeline;
    private readonly TimeProvider _time;
    private readonly ILogger<StoreResilience> _logger;

    // What the breaker opened for.
    private volatile string _lastFailure = "";

    public StoreResilience(TimeProvider time, ILogger<StoreResilience> logger)
    {
        _time = time;
        _logger = logger;
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
                OnRetry = attempt =>
                {
                    // Once a call. What comes of it in the end is said by whoever made it.
                    if (attempt.AttemptNumber == 0)
                    {
                        logger.CallRepeated(
                            attempt.Context.Properties.GetValue(Function, ""), attempt.Outcome.Exception!.Message);
                    }

                    return default;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<QueueStoreException>(e => e.IsTransient),
                FailureRatio = 0.9,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(30),
                // Shorter than the polling interval, so that every firing tries at least once.
                BreakDuration = TimeSpan.FromSeconds(5),
                OnOpened = opened =>
                {
                    _lastFailure = opened.Outcome.Exception?.Message ?? "";
                    return default;
                },
            })
            .Build();
    }

    /// <param name="function">The SQL function's name, for the log.</param>
    /// <exception cref="QueueStoreException">The call failed for good, or went on failing.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> CallAsync<T>(
        string function, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Function, function);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, state) => await state.This.LimitedAsync(state.Function, state.Call, context.CancellationToken),
                context,
                (This: this, Function: function, Call: call));
        }
        catch (BrokenCircuitException exception)
        {
            throw new QueueStoreException(
                QueueStoreError.Unreachable,
                $"The database was not asked, because the calls before failed: {_lastFailure} It is asked again within seconds.",
                exception);
        }
        catch (TimeoutRejectedException exception)
        {
            throw TimedOut(InAll, exception);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<T> LimitedAsync<T>(
        string function, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EachTry);
        using var isLong = _time.CreateTimer(
            _ => _logger.CallTakesLong(function, LongTry.TotalSeconds, EachTry.TotalSeconds),
            state: null,
            LongTry,
            Timeout.InfiniteTimeSpan);
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

using System.Threading.RateLimiting;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// Lets wrong keys wait for their answer: all of them together get ten a second, and the first few one each at once. A right
/// key never waits, so that nobody can keep an operator out by guessing; what makes guessing hopeless is a key's length.
/// </summary>
internal sealed class KeyGuesses : IDisposable
{
    private readonly TokenBucketRateLimiter _answers = new(new()
    {
        TokenLimit = 20,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 1000,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for the turn of a request whose key opens nothing. Where too many wait, its connection is cut instead.</summary>
    public async Task WaitAsync(HttpContext context)
    {
        using var turn = await _answers.AcquireAsync(1, context.RequestAborted);
        if (!turn.IsAcquired)
            context.Abort();
    }

    public void Dispose() => _answers.Dispose();
}

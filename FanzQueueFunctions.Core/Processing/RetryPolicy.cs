namespace FanzQueueFunctions.Processing;

/// <summary>
/// When a failed item is tried again: after 2, 4 and 8 minutes, and failed at the fourth failure, with the defaults
/// of a one-minute base and three retries. The rule is the document's: 2^n times the base.
/// </summary>
/// <param name="retryBase">The base of the delay; the first retry waits twice as long.</param>
public sealed class RetryPolicy(TimeSpan retryBase)
{
    /// <summary>A row may ask for no more retries than this; one that asks for fewer than none gets none.</summary>
    public const int MostRetries = 20;

    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(24);

    /// <summary>The retries that an item really has, whatever its row says.</summary>
    public static int RetriesAllowed(int maxRetries) => Math.Clamp(maxRetries, 0, MostRetries);

    /// <summary>How long to wait after one more failure.</summary>
    /// <param name="retryCount">The retries already made; any number.</param>
    /// <param name="maxRetries">The retries that the item's row allows; any number.</param>
    /// <returns>Null when the retries are used up.</returns>
    public TimeSpan? DelayAfterFailure(int retryCount, int maxRetries)
    {
        var made = Math.Max(retryCount, 0);
        if (made >= RetriesAllowed(maxRetries))
            return null;

        var seconds = retryBase.TotalSeconds * Math.Pow(2, made + 1);
        return seconds < LongestDelay.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestDelay;
    }
}

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>One way to move due items to posted, a batch at a time.</summary>
internal interface IMover : IAsyncDisposable
{
    /// <returns>The items that were moved or failed; null when none was due.</returns>
    Task<int?> MoveBatchAsync();
}

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>One way to move due items to posted, a batch at a time.</summary>
internal interface IMover : IAsyncDisposable
{
    /// <summary>Moves that many batches, or all that is due.</summary>
    Task<Moved> MoveAsync(int batches);
}

/// <param name="Items">Posted or failed.</param>
internal readonly record struct Moved(int Items, int Batches);

namespace FanzQueueFunctions.Processing;

/// <summary>What one run did.</summary>
/// <param name="Batches">The batches settled.</param>
/// <param name="Completed">False when the store failed before the run was done.</param>
public sealed record ProcessedItems(
    int Batches = 0, int Posted = 0, int Retried = 0, int Failed = 0, int Lost = 0, bool Completed = true)
{
    /// <summary>The items that were ended, one way or another.</summary>
    public int Settled => Posted + Retried + Failed + Lost;
}

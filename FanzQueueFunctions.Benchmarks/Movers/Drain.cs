using System.Diagnostics;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>Moves all that is due, with one mover or several at once.</summary>
/// <param name="Items">The items moved in the measured time.</param>
/// <param name="AllocatedBytesABatch">What the whole process allocated on its heap, for each batch.</param>
internal sealed record Drain(int Items, int Batches, TimeSpan Time, double AllocatedBytesABatch)
{
    public double ItemsPerSecond => Items / Time.TotalSeconds;

    /// <summary>
    /// Each mover moves its first batches, a tenth of the items or so, unmeasured: plans, connections and caches are
    /// then as they are in a process that runs for days.
    /// </summary>
    public static async Task<Drain> RunAsync(IReadOnlyList<IMover> movers, int unmeasuredBatches)
    {
        await Task.WhenAll(movers.Select(mover => Task.Run(() => mover.MoveAsync(unmeasuredBatches))));

        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes();
        var since = Stopwatch.GetTimestamp();
        var moved = await Task.WhenAll(movers.Select(mover => Task.Run(() => mover.MoveAsync(int.MaxValue))));
        var time = Stopwatch.GetElapsedTime(since);
        var batches = moved.Sum(m => m.Batches);
        return new(
            moved.Sum(m => m.Items), batches, time, (GC.GetTotalAllocatedBytes() - allocated) / (double)batches);
    }
}

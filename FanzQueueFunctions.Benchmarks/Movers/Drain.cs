using System.Diagnostics;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>Moves all that is due, with one mover or several at once.</summary>
/// <param name="Items">The items moved in the measured time.</param>
/// <param name="AllocatedBytesABatch">What the whole process allocated on its heap, for each batch.</param>
/// <param name="Processor">The processor time that this process took, the movers and no more.</param>
/// <param name="Server">What PostgreSQL took for it; null where nobody asked.</param>
internal sealed record Drain(
    int Items, int Batches, TimeSpan Time, double AllocatedBytesABatch, TimeSpan Processor, ServerUse? Server)
{
    public double ItemsPerSecond => Items / Time.TotalSeconds;

    public double MicrosecondsAnItem => Processor.TotalMicroseconds / Items;

    /// <summary>
    /// Each mover moves its first batches, a tenth of the items or so, unmeasured: plans, connections and caches are
    /// then as they are in a process that runs for days.
    /// </summary>
    /// <param name="administration">Where to ask what the server takes; null: it is not asked.</param>
    public static async Task<Drain> RunAsync(IReadOnlyList<IMover> movers, int unmeasuredBatches, TestDatabase? administration = null)
    {
        await Task.WhenAll(movers.Select(mover => Task.Run(() => mover.MoveAsync(unmeasuredBatches))));

        GC.Collect();
        var used = administration is null ? null : await ServerUse.ReadAsync(administration);
        var processor = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var since = Stopwatch.GetTimestamp();
        var moved = await Task.WhenAll(movers.Select(mover => Task.Run(() => mover.MoveAsync(int.MaxValue))));
        var time = Stopwatch.GetElapsedTime(since);
        var batches = moved.Sum(m => m.Batches);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        processor = Environment.CpuUsage.TotalTime - processor;
        var usedAfter = used is null ? null : await ServerUse.ReadAsync(administration!);
        return new(
            moved.Sum(m => m.Items), batches, time, allocated / (double)batches, processor,
            used is null ? null : new(usedAfter!.Processor - used.Processor, usedAfter.WalBytes - used.WalBytes));
    }
}

using System.Buffers;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>A stream's bytes in one piece of pooled memory: bodies of a megabyte must not feed the collector.</summary>
internal sealed class PooledBytes : IDisposable
{
    private byte[]? _bytes;
    private int _length;

    private PooledBytes(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Memory => Bytes.AsMemory(0, _length);

    private byte[] Bytes => _bytes ?? throw new ObjectDisposedException(nameof(PooledBytes));

    /// <summary>Reads the stream to its end.</summary>
    /// <param name="stream">What to read.</param>
    /// <param name="length">How long it is, where that is known.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<PooledBytes> ReadAsync(Stream stream, long? length, CancellationToken cancellation)
    {
        // One byte more than there is, so that the read that finds the end needs no larger array.
        var all = new PooledBytes(checked((int)(length ?? 4095) + 1));
        try
        {
            int read;
            while ((read = await stream.ReadAsync(all.Bytes.AsMemory(all._length), cancellation)) > 0)
            {
                all._length += read;
                if (all._length == all.Bytes.Length)
                    all.Grow();
            }
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Bytes.Length * 2);
        Memory.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(Bytes);
        _bytes = larger;
    }
}

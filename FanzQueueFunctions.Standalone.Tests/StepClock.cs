using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>A clock that stands still until the test moves it, and tells when something waits for it.</summary>
internal sealed class StepClock() : FakeTimeProvider(Noon)
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>How long the next wait is, once something waits.</summary>
    public Task<TimeSpan> NextWaitAsync() => _waits.Reader.ReadAsync(Now.Token).AsTask().Soon();
}

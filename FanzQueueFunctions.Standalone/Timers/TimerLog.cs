
namespace FanzQueueFunctions.Standalone.Timers;

/// <summary>What is logged of timers.</summary>
internal static partial class TimerLog
{
    [LoggerMessage(LogLevel.Debug, "{Function} starts.")]
    public static partial void Starts(this ILogger logger, string function);

    [LoggerMessage(LogLevel.Error, "{Function} failed; it runs again at its next time.")]
    public static partial void Failed(this ILogger logger, string function, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{Function} was cancelled: it ran on for longer than the host waits when it stops.")]
    public static partial void Cancelled(this ILogger logger, string function);

    [LoggerMessage(LogLevel.Error, "{Function} still runs though it was cancelled; the host stops without it.")]
    public static partial void Abandoned(this ILogger logger, string function);
}

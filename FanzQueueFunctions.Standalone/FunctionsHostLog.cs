using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone;

/// <summary>What is logged as the host starts.</summary>
internal static partial class FunctionsHostLog
{
    [LoggerMessage(LogLevel.Information, "Functions host listening on {Addresses}")]
    public static partial void Listening(this ILogger logger, string addresses);

    [LoggerMessage(LogLevel.Information, "{Function}: timer {Schedule} (UTC)")]
    public static partial void Timer(this ILogger logger, string function, string schedule);

    [LoggerMessage(LogLevel.Information, "{Function}: {Methods} /api/{Route}")]
    public static partial void Http(this ILogger logger, string function, string methods, string route);

    [LoggerMessage(LogLevel.Warning,
        "{Function} answers 401 to all: it needs a key and none is set; set {OwnKey}, {HostKey} or {MasterKey}.")]
    public static partial void Closed(
        this ILogger logger, string function, string ownKey, string hostKey, string masterKey);
}

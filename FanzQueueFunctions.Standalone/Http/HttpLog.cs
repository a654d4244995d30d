using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>What is logged of requests.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(LogLevel.Error, "{Function} failed.")]
    public static partial void Failed(this ILogger logger, string function, Exception exception);
}

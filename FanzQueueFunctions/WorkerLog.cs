using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FanzQueueFunctions;

/// <summary>How the log gets from the worker to the Functions host's console.</summary>
internal static class WorkerLog
{
    // The Functions host shows what a run logs, and nothing that is logged outside of one.
    private static readonly string?[] LoggedAtStart = [typeof(StartupBanner).FullName, typeof(StartCheck).FullName];

    public static void AddWorkerLog(this IHostApplicationBuilder builder)
    {
        // The host relays standard output.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        if (builder.Configuration.HasApplicationInsights())
            // Takes the worker's log lines away from the host's console: all go by standard output then.
            builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults();
        else
            builder.Logging.AddFilter<ConsoleLoggerProvider>(
                (category, level) => level >= LogLevel.Information && LoggedAtStart.Contains(category));
    }
}

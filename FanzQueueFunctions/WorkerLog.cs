using FanzQueueFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace FanzQueueFunctions;

/// <summary>
/// How the log gets from the worker to the Functions host's console. The host shows what is logged within an invocation, and
/// passes over the rest: the start, and runs that a hint or a call began. Those go by standard output, which it relays.
/// </summary>
internal static class WorkerLog
{
    private const string Own = "FanzQueueFunctions";

    public static void AddWorkerLog(this FunctionsApplicationBuilder builder)
    {
        var relaysAll = builder.Configuration.HasApplicationInsights();
        // Then the worker's log lines are taken away from the host's console: all go by standard output.
        if (relaysAll)
        {
            var telemetry = builder.Services.AddOpenTelemetry();
            telemetry.UseFunctionsWorkerDefaults();
            // Those say the assembly's version, which has four numbers.
            telemetry.ConfigureResource(resource => resource.AddAttributes([new("service.version", AppVersion.Text)]));
        }
        else
        {
            builder.UseMiddleware<InvocationMark>();
        }

        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter<ConsoleLoggerProvider>((category, level) =>
            IsWorthIt(category, level) && (relaysAll || !InvocationMark.IsSet && IsOwn(category)));
        builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(IsWorthIt);
    }

    // The frameworks' own words tell an operator nothing but what went wrong.
    private static bool IsWorthIt(string? category, LogLevel level) =>
        level >= (IsOwn(category) ? LogLevel.Information : LogLevel.Warning);

    private static bool IsOwn(string? category) => category?.StartsWith(Own, StringComparison.Ordinal) is true;
}

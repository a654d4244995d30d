using System.Diagnostics.CodeAnalysis;
using FanzQueueFunctions.Processing;
using Microsoft.ApplicationInsights.WorkerService;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Logs;

namespace FanzQueueFunctions.Telemetry;

/// <summary>Registers the log's banner, the metrics and, where its connection string is set, Application Insights.</summary>
internal static class TelemetryRegistration
{
    // The Functions host shows what a run logs, and nothing that is logged outside of one.
    private static readonly string?[] LoggedAtStart = [typeof(StartupBanner).FullName, typeof(StartCheck).FullName];

    public static void AddQueueTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.AddHostedService<StartupBanner>();
        builder.Services.PostConfigure<LoggerFilterOptions>(KeepRequestsOut);

        // For the Functions host, which relays standard output; the plain process has its own console and leaves this out.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // Without a connection string WorkerService 3.x throws at start; with one it costs about 25 MB.
        if (!string.IsNullOrWhiteSpace(builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]))
            AddApplicationInsights(builder);
        else
            builder.Logging.AddFilter<ConsoleLoggerProvider>(
                (category, level) => level >= LogLevel.Information && LoggedAtStart.Contains(category));
    }

    // ASP.NET Core logs each request with its address, which may hold a key (?code=) or what an operator looks for. Whatever
    // settings turn the log up do not turn that on: none of its categories is heard below a warning, by any provider.
    private static void KeepRequestsOut(LoggerFilterOptions filters)
    {
        const string AspNetCore = "Microsoft.AspNetCore";
        string?[] providers = [null, .. filters.Rules.Select(rule => rule.ProviderName).OfType<string>().Distinct()];
        foreach (var rule in filters.Rules.Where(IsForAspNetCore).ToArray())
            filters.Rules.Remove(rule);
        foreach (var provider in providers)
            filters.Rules.Add(new(provider, AspNetCore, LogLevel.Warning, null));

        static bool IsForAspNetCore(LoggerFilterRule rule) =>
            rule.CategoryName?.StartsWith(AspNetCore, StringComparison.OrdinalIgnoreCase) is true;
    }

    // A method of its own, so that where it is not called none of its libraries is loaded. Its options are set by
    // reflection from the settings ApplicationInsights__*, so compiled ahead of time they must be kept.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(ApplicationInsightsServiceOptions))]
    private static void AddApplicationInsights(IHostApplicationBuilder builder)
    {
        builder.Services.AddApplicationInsightsTelemetryWorkerService();
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(QueueMetrics.MeterName, "System.Runtime"))
            .WithTracing(tracing => tracing.AddSource(QueueActivity.SourceName))
            // Takes the worker's log lines away from the Functions host's console: all go by standard output then.
            .UseFunctionsWorkerDefaults();
        // The alerts look for the text of the heartbeat, not for its template.
        builder.Services.Configure<OpenTelemetryLoggerOptions>(options => options.IncludeFormattedMessage = true);
    }
}

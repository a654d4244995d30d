using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Azure.Monitor.OpenTelemetry.Exporter;
using FanzQueueFunctions.Processing;
using Microsoft.ApplicationInsights.WorkerService;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FanzQueueFunctions.Telemetry;

/// <summary>Registers the log's banner, the metrics and, where its connection string is set, Application Insights.</summary>
internal static class TelemetryRegistration
{
    private const string Runtime = "System.Runtime";
    private const string ServiceName = "FanzQueueFunctions";

    public static void AddQueueTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.AddSingleton(TelemetryState.Read(builder.Configuration));
        builder.Services.AddHostedService<StartupBanner>();
        builder.Services.PostConfigure<LoggerFilterOptions>(KeepRequestsOut);
        // Without a connection string WorkerService 3.x throws at start; with one it costs about 25 MB.
        if (TelemetryState.Read(builder.Configuration).ConnectionString is { } connectionString)
            AddApplicationInsights(builder, connectionString);
    }

    public static bool HasApplicationInsights(this IConfiguration configuration) =>
        TelemetryState.Read(configuration).ConnectionString is not null;

    // ASP.NET Core logs each request with its address, which may hold a key (?code=) or what an operator looks for. Whatever
    // settings turn the log up do not turn that on: none of its categories is heard below a warning, by any provider.
    private static void KeepRequestsOut(LoggerFilterOptions filters)
    {
        const string AspNetCore = "Microsoft.AspNetCore";
        string?[] providers = [null, .. filters.Rules.Select(rule => rule.ProviderName).OfType<string>().Distinct()];
        foreach (var rule in filters.Rules.Where(LetsRequestsIn).ToArray())
            filters.Rules.Remove(rule);
        foreach (var provider in providers)
            filters.Rules.Add(new(provider, AspNetCore, LogLevel.Warning, null));

        static bool LetsRequestsIn(LoggerFilterRule rule) =>
            rule.CategoryName?.StartsWith(AspNetCore, StringComparison.OrdinalIgnoreCase) is true
            && rule.LogLevel is null or < LogLevel.Warning;
    }

    /// <summary>Of the metrics of others the one that docs/operations.md looks at: each point of each series is paid for.</summary>
    private static MetricStreamConfiguration? Kept(Instrument instrument) =>
        instrument.Meter.Name == QueueMetrics.MeterName || instrument.Name == "dotnet.process.memory.working_set"
            ? null
            : MetricStreamConfiguration.Drop;

    // A method of its own, so that where it is not called none of its libraries is loaded. Its options are set by
    // reflection from the settings ApplicationInsights__*, so compiled ahead of time they must be kept.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(ApplicationInsightsServiceOptions))]
    private static void AddApplicationInsights(IHostApplicationBuilder builder, string connectionString)
    {
        // First, so that its processor comes before the one that exports.
        builder.Services.AddOpenTelemetry()
            // A name that is set from outside (OTEL_SERVICE_NAME) wins; App Service's own (WEBSITE_SITE_NAME) comes behind this.
            .ConfigureResource(resource => resource
                .AddService(ServiceName, autoGenerateServiceInstanceId: false)
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics.AddMeter(QueueMetrics.MeterName, Runtime).AddView(Kept))
            .WithTracing(tracing => tracing.AddSource(QueueActivity.SourceName).AddProcessor(new OwnOrFailed()));
        builder.Services.AddApplicationInsightsTelemetryWorkerService(options =>
        {
            options.ConnectionString = connectionString;
            options.ApplicationVersion = AppVersion.Text;
        });
        builder.Services.PostConfigure<AzureMonitorExporterOptions>(options =>
        {
            options.EnablePerformanceCounters = false;
            options.EnableStandardMetrics = false;
        });
        // The alerts look for the text of the heartbeat, not for its template.
        builder.Services.Configure<OpenTelemetryLoggerOptions>(options => options.IncludeFormattedMessage = true);
    }
}

/// <summary>Whether telemetry is sent. What cannot be sent to is a warning: the queue is worked all the same.</summary>
/// <param name="ConnectionString">Application Insights'; null where nothing is sent.</param>
/// <param name="Fault">Why nothing is sent although it is set.</param>
internal sealed record TelemetryState(string? ConnectionString, string? Fault)
{
    private const string Setting = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    public static TelemetryState Read(IConfiguration configuration)
    {
        try
        {
            var text = configuration.ReadText(Setting);
            var fault = text is null ? null : ApplicationInsightsString.FaultOf(text);
            return new(fault is null ? text : null, fault);
        }
        catch (SettingException)
        {
            return new(null, "it has a line end in it");
        }
    }
}

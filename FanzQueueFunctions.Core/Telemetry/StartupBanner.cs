using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Telemetry;

/// <summary>Logs the document's banner at start, and the version: environment, where the store is, time.</summary>
internal sealed partial class StartupBanner(
    IQueueStore store,
    DatabaseName database,
    IHostEnvironment environment,
    TelemetryState telemetry,
    TimeProvider time,
    ILogger<StartupBanner> logger) : IHostedService
{
    private const string Rule = "========================================";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Line(Rule);
        Line("FANZ Multi-Platform Queue Worker");
        Line(Rule);
        Version(AppVersion.Text);
        Environment(environment.EnvironmentName);
        Store(store.Description);
        Database(OneLine.Of(database.Text));
        Started(time.GetUtcNow().UtcDateTime);
        Line(Rule);
        if (telemetry.Fault is { } fault)
            NoTelemetry(fault);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "{Text}")]
    private partial void Line(string text);

    [LoggerMessage(LogLevel.Warning, "Nothing is sent to Application Insights: APPLICATIONINSIGHTS_CONNECTION_STRING is not one, {Fault}. Copy it anew from the resource's overview.")]
    private partial void NoTelemetry(string fault);

    [LoggerMessage(LogLevel.Information, "Version: {Version}")]
    private partial void Version(string version);

    [LoggerMessage(LogLevel.Information, "Environment: {Name}")]
    private partial void Environment(string name);

    [LoggerMessage(LogLevel.Information, "Store: {Description}")]
    private partial void Store(string description);

    [LoggerMessage(LogLevel.Information, "Database: {Name}")]
    private partial void Database(string name);

    [LoggerMessage(LogLevel.Information, "Started: {Now:yyyy-MM-ddTHH:mm:ss.fffZ}")]
    private partial void Started(DateTime now);
}

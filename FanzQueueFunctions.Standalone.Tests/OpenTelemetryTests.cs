using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>The worker's part in OpenTelemetry, of which one process needs none.</summary>
public sealed class OpenTelemetryTests
{
    [Fact]
    public void UseFunctionsWorkerDefaults_changes_nothing()
    {
        var telemetry = new Telemetry(new ServiceCollection());

        Assert.Same(telemetry, telemetry.UseFunctionsWorkerDefaults());
        Assert.Empty(telemetry.Services);
    }

    private sealed record Telemetry(IServiceCollection Services) : IOpenTelemetryBuilder;
}

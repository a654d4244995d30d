using OpenTelemetry;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

/// <summary>The worker's part in OpenTelemetry.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    /// <summary>
    /// Under Azure's host, settles which of the two processes reports what. The Standalone host is one process and
    /// reports nothing itself, so there is nothing to settle.
    /// </summary>
    /// <returns><paramref name="builder"/>, as it was.</returns>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}

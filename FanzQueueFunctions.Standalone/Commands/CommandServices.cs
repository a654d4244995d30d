using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone.Settings;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>What commands work with: the worker's settings and store, without its host, timers and log.</summary>
internal static class CommandServices
{
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static ServiceProvider Create()
    {
        var configuration = ProcessSettings.Read([]);
        return new ServiceCollection()
            .AddQueueStore(StoreSettings.Read(configuration))
            .AddSingleton<DatabaseCheck>()
            .AddSingleton(QueueOptions.Read(configuration))
            .AddQueueOperations(RetentionOptions.Read(configuration))
            .AddLogging()
            .AddMetrics()
            .AddSingleton<QueueMetrics>()
            .BuildServiceProvider();
    }
}

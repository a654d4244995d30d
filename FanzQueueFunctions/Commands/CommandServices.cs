using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Commands;

/// <summary>What commands work with: the worker's settings and store, without its host, timers and log.</summary>
internal static class CommandServices
{
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static ServiceProvider Create()
    {
        // The host knows where settings come from: the environment, and local.settings.json where it reads that.
        var configuration = FunctionsApplication.CreateBuilder([]).Configuration;
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

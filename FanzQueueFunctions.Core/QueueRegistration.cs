using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions;

/// <summary>Registers all that both heads run: settings are read here, and a wrong one is refused here.</summary>
internal static class QueueRegistration
{
    /// <param name="entraId">Who may come in without a key.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static void AddQueue(this IHostApplicationBuilder builder, EntraId entraId)
    {
        var configuration = builder.Configuration;
        configuration.DemandLogLevels();
        var options = QueueOptions.Read(configuration);
        var store = StoreSettings.Read(configuration);
        builder.Services
            .AddSingleton(Schedules.Read(configuration))
            .AddQueueProcessing(options)
            .AddQueueOperations(RetentionOptions.Read(configuration))
            .AddQueueStore(store)
            .AddQueueWake(options, store)
            .AddQueueHttp(entraId);
        builder.AddQueueTelemetry();
    }
}

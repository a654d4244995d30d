using FanzQueueFunctions.Processing;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Storage;

/// <summary>Registers what wakes the worker between two firings of its timer.</summary>
internal static class WakeRegistration
{
    // Whoever has the key may call as often as they like.
    private static readonly TimeSpan RunsApart = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddQueueWake(
        this IServiceCollection services, QueueOptions options, StoreSettings settings)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WakeRuns>(provider, RunsApart, RunsApart));
        services.AddHostedService(provider => provider.GetRequiredService<WakeRuns>());
        if (options.Wake && settings.ConnectionString is { } connectionString)
            services.AddHostedService(
                provider => ActivatorUtilities.CreateInstance<HintListener>(provider, connectionString));
        return services;
    }
}

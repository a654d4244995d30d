using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>Registers the one service behind all functions.</summary>
internal static class ProcessingRegistration
{
    public static IServiceCollection AddQueueProcessing(this IServiceCollection services, QueueOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<WorkerState>();
        services.AddSingleton<RunsInHand>();
        services.AddHostedService(provider => provider.GetRequiredService<RunsInHand>());
        services.AddSingleton<IQueueProcessor, QueueProcessor>();
        services.AddSingleton<DatabaseCheck>();
        services.AddSingleton<StartCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<StartCheck>());
        // One object: it keeps the last answer, and the framework would make it anew for each question.
        services.AddSingleton<DatabaseHealthCheck>();
        services.AddHealthChecks()
            .AddCheck<AliveHealthCheck>("timers", tags: [HealthTags.Alive, HealthTags.Ready])
            .AddCheck<DatabaseHealthCheck>("database", tags: [HealthTags.Ready]);
        // Whoever asks gets the answer; the log has the run and the heartbeat that failed.
        services.Configure<LoggerFilterOptions>(
            filters => filters.Rules.Add(new(null, "Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None, null)));
        return services;
    }
}

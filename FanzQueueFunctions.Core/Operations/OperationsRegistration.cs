using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Operations;

/// <summary>Registers the operator's service.</summary>
internal static class OperationsRegistration
{
    public static IServiceCollection AddQueueOperations(this IServiceCollection services, RetentionOptions retention)
    {
        services.AddSingleton(retention);
        services.AddSingleton<Retention>();
        services.AddSingleton<MinuteReport>();
        services.AddHostedService(provider => provider.GetRequiredService<MinuteReport>());
        return services.AddSingleton<QueueOperations>();
    }
}

using FanzQueueFunctions.Processing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FanzQueueFunctions.Operations;

/// <summary>Registers the operator's service.</summary>
internal static class OperationsRegistration
{
    public static IServiceCollection AddQueueOperations(this IServiceCollection services)
    {
        services.TryAddSingleton<DatabaseCheck>();
        return services.AddSingleton<IQueueOperations, QueueOperations>();
    }
}

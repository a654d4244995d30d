using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Http;

/// <summary>Registers what answers requests, on either head.</summary>
internal static class HttpRegistration
{
    public static IServiceCollection AddQueueHttp(this IServiceCollection services, EntraId entraId) => services
        .AddSingleton(entraId)
        .AddSingleton<ReadHandler>()
        .AddSingleton<ChangeHandler>()
        .AddSingleton<ResetStuckHandler>()
        .AddSingleton<PrincipalHandler>()
        .AddSingleton<HealthHandler>()
        .AddSingleton<WakeHandler>();
}

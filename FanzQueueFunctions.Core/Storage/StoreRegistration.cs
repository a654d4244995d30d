using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>Registers the store over the transport that the settings ask for.</summary>
internal static class StoreRegistration
{
    public static IServiceCollection AddQueueStore(this IServiceCollection services, StoreSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings.Name);
        // One for each that asks for it: what an operator reads must not open the circuit of the claims.
        services.AddTransient<StoreResilience>();
        services.AddSingleton<IQueueStore, QueueStore>();
        services.AddSingleton<IOperationStore, OperationStore>();
        services.AddSingleton<IQueueTransport>(_ => CreateTransport(settings));
        return services;
    }

    public static IQueueTransport CreateTransport(StoreSettings settings)
    {
        if (settings.Supabase is { } project)
            return new RestTransport(RestTransport.CreateClient(project));

        // The slim builder starts faster and knows all the types that the calls use.
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();
        var host = DatabaseUrl.Describe(settings.ConnectionString!);
        var description = settings.IgnoredSupabase
            ? $"{host} (DATABASE_URL wins; SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are set too, and not used)"
            : host;
        return new DirectTransport(builder.Build(), host, description);
    }
}

using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Tests.Storage;

public enum Transport
{
    Direct,
    Rest,
}

/// <summary>The app's own store, as its settings make it, over either transport to one test database.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StoreUnderTest(ServiceProvider services, PostgrestStandIn? standIn) => (_services, StandIn) = (services, standIn);

    public IQueueStore Store => _services.GetRequiredService<IQueueStore>();

    public IOperationStore Operations => _services.GetRequiredService<IOperationStore>();

    public IQueueTransport Transport => _services.GetRequiredService<IQueueTransport>();

    /// <summary>Null over the direct transport.</summary>
    public PostgrestStandIn? StandIn { get; }

    public static Task<StoreUnderTest> CreateAsync(TestDatabase database, Transport transport) =>
        transport == Storage.Transport.Direct ? Task.FromResult(Direct(database)) : RestAsync(database);

    public static StoreUnderTest Direct(TestDatabase database) => Direct(database.ConnectionString);

    public static StoreUnderTest Direct(string databaseUrl) => new(Services([new("DATABASE_URL", databaseUrl)]), standIn: null);

    /// <param name="database">What stands behind the REST API.</param>
    /// <param name="key">The key to call with; the service role's where none is given.</param>
    public static async Task<StoreUnderTest> RestAsync(TestDatabase database, string? key = null)
    {
        var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        return new(Services(standIn.Settings(key).Select(setting => KeyValuePair.Create(setting.Name, setting.Value))), standIn);
    }

    /// <summary>A store whose Supabase project is wherever the test says.</summary>
    public static StoreUnderTest At(string supabaseUrl) => new(
        Services([new("SUPABASE_URL", supabaseUrl), new("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_of_the_tests")]),
        standIn: null);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (StandIn is not null)
            await StandIn.DisposeAsync();
    }

    private static ServiceProvider Services(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var store = StoreSettings.Read(configuration);
        return new ServiceCollection()
            .AddLogging()
            .AddQueueStore(store)
            .AddSingleton<IQueueTransport>(new StrictTransport(StoreRegistration.CreateTransport(store)))
            .BuildServiceProvider();
    }
}

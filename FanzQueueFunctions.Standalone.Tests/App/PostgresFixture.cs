using FanzQueueFunctions.Testbed;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>One PostgreSQL for all tests that start the app.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private MigratedPostgres? _postgres;

    public PostgresServer Server => Postgres.Server;

    private MigratedPostgres Postgres => _postgres ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync() => _postgres = await MigratedPostgres.StartAsync();

    /// <summary>A database with the migrations applied and no rows.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => Postgres.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }
}

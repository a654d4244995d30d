using FanzQueueFunctions.Testbed;

[assembly: AssemblyFixture(typeof(FanzQueueFunctions.Tests.Database.PostgresFixture))]

namespace FanzQueueFunctions.Tests.Database;

/// <summary>One PostgreSQL for all tests of this project; each test takes a fresh, migrated database from it.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private MigratedPostgres? _postgres;

    public PostgresServer Server => Postgres.Server;

    private MigratedPostgres Postgres => _postgres ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync() => _postgres = await MigratedPostgres.StartAsync(inMemory: true);

    /// <summary>A database with the migrations applied and no rows.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => Postgres.CreateDatabaseAsync();

    /// <summary>A database with nothing in it.</summary>
    public Task<TestDatabase> CreateEmptyDatabaseAsync() => Postgres.CreateEmptyDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }
}

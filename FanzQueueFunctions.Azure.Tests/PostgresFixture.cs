using FanzQueueFunctions.Testbed;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>One PostgreSQL for all tests.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private MigratedPostgres? _postgres;

    private MigratedPostgres Postgres => _postgres ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync() => _postgres = await MigratedPostgres.StartAsync();

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

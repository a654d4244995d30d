using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace FanzQueueFunctions.Tests.Database;

/// <summary>One PostgreSQL for all tests of this project; each test takes a fresh, migrated database from it.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private const string Template = "migrated";

    private PostgresServer? _server;

    public PostgresServer Server => _server ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        await using (var connection = new NpgsqlConnection(_server.ConnectionString()))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"create database {Template}", connection);
            await command.ExecuteNonQueryAsync();
        }

        // No pool: a template must have no connection when it is copied.
        await Migrations.ApplyAsync(_server.ConnectionString(Template) + ";Pooling=false");
    }

    /// <summary>A database with the migrations applied and no rows.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateAsync(Server, Template);

    /// <summary>A database with nothing in it.</summary>
    public Task<TestDatabase> CreateEmptyDatabaseAsync() => TestDatabase.CreateAsync(Server);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

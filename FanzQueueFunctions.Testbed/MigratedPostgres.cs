using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>A PostgreSQL that hands out fresh, migrated databases, each a copy of one template.</summary>
public sealed class MigratedPostgres : IAsyncDisposable
{
    private const string Template = "migrated";

    private MigratedPostgres(PostgresServer server) => Server = server;

    public PostgresServer Server { get; }

    /// <param name="inMemory">See <see cref="PostgresServer.StartAsync"/>.</param>
    public static async Task<MigratedPostgres> StartAsync(bool inMemory = false)
    {
        var postgres = new MigratedPostgres(await PostgresServer.StartAsync(inMemory));
        await using (var connection = new NpgsqlConnection(postgres.Server.ConnectionString()))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"create database {Template}", connection);
            await command.ExecuteNonQueryAsync();
        }

        // No pool: a template must have no connection when it is copied.
        await Migrations.ApplyAsync(postgres.Server.ConnectionString(Template) + ";Pooling=false");
        return postgres;
    }

    /// <summary>A database with the migrations applied and no rows.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateAsync(Server, Template);

    /// <summary>A database with nothing in it.</summary>
    public Task<TestDatabase> CreateEmptyDatabaseAsync() => TestDatabase.CreateAsync(Server);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

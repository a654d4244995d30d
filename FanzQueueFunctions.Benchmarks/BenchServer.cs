using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Benchmarks;

/// <summary>
/// A private PostgreSQL with its defaults, durable settings on. Everything measured runs in the one database "bench",
/// made anew for each run as a copy of a database that holds the rows, so that all runs start alike.
/// </summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private const string Name = "bench";

    private readonly MigratedPostgres _postgres;

    private BenchServer(MigratedPostgres postgres) => _postgres = postgres;

    /// <summary>Of the database that is measured.</summary>
    public string ConnectionString => _postgres.Server.ConnectionString(Name);

    public static async Task<BenchServer> StartAsync() => new(await MigratedPostgres.StartAsync());

    /// <summary>Makes a database with the migrations applied, fills it, and keeps it to copy from.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> PrepareAsync(Func<TestDatabase, Task> fill, string? from = null)
    {
        // Not disposed of, or it would be gone.
        var created = from is null
            ? await _postgres.CreateDatabaseAsync()
            : await TestDatabase.CreateAsync(_postgres.Server, from);
        return await FillAsync(created, fill);
    }

    /// <summary>As <see cref="PrepareAsync"/>, without the migrations.</summary>
    public async Task<string> PrepareEmptyAsync(Func<TestDatabase, Task> fill)
    {
        var created = await _postgres.CreateEmptyDatabaseAsync();
        return await FillAsync(created, fill);
    }

    private static async Task<string> FillAsync(TestDatabase created, Func<TestDatabase, Task> fill)
    {
        // Filling takes as long as it takes.
        await using var database = new TestDatabase(created.ConnectionString + ";Command Timeout=0");
        await fill(database);
        // All-visible and frozen: no run pays for what the filling left behind.
        await database.ExecuteAsync("vacuum (freeze, analyze)");
        return NameOf(database);
    }

    /// <summary>
    /// A prepared database to measure in as it is, for what is too large to copy for each run. Its sessions are not reset
    /// between two calls, as the app's are not: else each call would plan anew.
    /// </summary>
    public TestDatabase Open(string prepared) =>
        new(_postgres.Server.ConnectionString(prepared) + ";No Reset On Close=true");

    public TestDatabase OpenAdministration() => new(_postgres.Server.ConnectionString());

    /// <summary>Makes "bench" anew as a copy. Connections to the old one are closed.</summary>
    public async Task<TestDatabase> ResetAsync(string prepared)
    {
        await AdministerAsync(
            $"drop database if exists {Name} with (force)",
            $"create database {Name} template {prepared} strategy file_copy",
            "checkpoint");
        return new TestDatabase(ConnectionString);
    }

    public Task DropAsync(string prepared) => AdministerAsync($"drop database if exists {prepared} with (force)");

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    private static string NameOf(TestDatabase database) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;

    // Each statement by itself: databases are not made in transactions.
    private async Task AdministerAsync(params string[] statements)
    {
        await using var connection = new NpgsqlConnection(_postgres.Server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }
}

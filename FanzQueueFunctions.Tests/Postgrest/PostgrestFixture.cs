using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;
using Npgsql;

namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>The tests that share the server of <see cref="PostgrestFixture"/>.</summary>
[CollectionDefinition(nameof(PostgrestCollection))]
public sealed class PostgrestCollection : ICollectionFixture<PostgrestFixture>;

/// <summary>A server for the tests of the stand-in, with the recordings' database in it.</summary>
public sealed class PostgrestFixture : IAsyncLifetime
{
    public const string JwtSecret = "0123456789abcdef0123456789abcdef-test-secret";

    private static readonly string Fixture =
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Tests", "Postgrest", "fixture.sql"));

    private readonly SemaphoreSlim _turn = new(1);
    private PostgresServer? _server;

    private PostgresServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(inMemory: true);
        await LoadAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>Puts the recordings' roles and database into a new server.</summary>
    public static async Task LoadAsync(PostgresServer server)
    {
        await ExecuteAsync(server.ConnectionString(), "create database recorded");
        await ExecuteAsync(server.ConnectionString("recorded"), Fixture);
    }

    /// <summary>The settings of the recordings, for a database of such a server.</summary>
    public static PostgrestOptions Settings(PostgresServer server, string database = "recorded") => new()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString(database))
        {
            Username = "authenticator",
        }.ConnectionString,
        JwtSecret = JwtSecret,
        Schema = "api",
    };

    /// <summary>A database of the test's own, as <c>fixture.sql</c> leaves it, and the settings for it.</summary>
    public async Task<(string Superuser, PostgrestOptions Settings)> NewDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():n}";
        await _turn.WaitAsync();
        try
        {
            await ExecuteAsync(Server.ConnectionString(), $"create database {name} template recorded");
        }
        finally
        {
            _turn.Release();
        }
        return (Server.ConnectionString(name), Settings(Server, name));
    }

    /// <summary>Runs SQL and gives its first value.</summary>
    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

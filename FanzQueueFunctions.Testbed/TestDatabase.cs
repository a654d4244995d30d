using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>One database of a <see cref="PostgresServer"/>, with short ways to run SQL on it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresServer? _madeOn;

    public TestDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        _dataSource = NpgsqlDataSource.Create(connectionString);
    }

    private TestDatabase(PostgresServer server, string name)
        : this(server.ConnectionString(name)) => _madeOn = server;

    public string ConnectionString { get; }

    /// <summary>
    /// Makes a database, empty or as a copy of another one that nobody is connected to. It goes when it is disposed of.
    /// </summary>
    public static async Task<TestDatabase> CreateAsync(PostgresServer server, string? template = null)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            // Copying files is quicker than logging them, for a template of a few megabytes.
            $"create database {name} template {template ?? "template1"} strategy file_copy", connection);
        await command.ExecuteNonQueryAsync();
        return new TestDatabase(server, name);
    }

    /// <summary>Opens a connection of its own, for tests that need a session or a transaction.</summary>
    public async Task<NpgsqlConnection> OpenAsync() => await _dataSource.OpenConnectionAsync();

    /// <summary>Drops the idle connections, which a server that was stopped has closed.</summary>
    public void ForgetConnections() => _dataSource.Clear();

    /// <param name="sql">One or more statements, with the parameters as $1, $2 …</param>
    /// <returns>The number of rows affected.</returns>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <returns>The first column of the first row.</returns>
    public async Task<T> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <returns>Every row, as its column values; a null is null.</returns>
    public async Task<List<object?[]>> RowsAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        List<object?[]> rows = [];
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await _dataSource.DisposeAsync();
        if (_madeOn is null)
            return;
        try
        {
            await using var connection = new NpgsqlConnection(_madeOn.ConnectionString() + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(
                $"drop database if exists {new NpgsqlConnectionStringBuilder(ConnectionString).Database} with (force)", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // Its server was stopped, or a subscription holds it: it goes with the server's folder.
        }
    }

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = _dataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }
}

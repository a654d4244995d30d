using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>A table that nobody else can touch until it is let go: it keeps a batch in its middle.</summary>
public sealed class HeldTable : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;
    private readonly string _table;

    private HeldTable(TestDatabase database, NpgsqlConnection connection, string table) =>
        (_database, _connection, _table) = (database, connection, table);

    public static async Task<HeldTable> TakeAsync(TestDatabase database, string table)
    {
        var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return new HeldTable(database, connection, table);
    }

    /// <summary>Returns when somebody waits for it.</summary>
    public Task UntilWaitedForAsync() => Until.TrueAsync(
        () => _database.ScalarAsync<bool>(
            $"select exists (select from pg_locks where relation = '{_table}'::regclass and not granted)"),
        $"somebody waits for {_table}");

    /// <summary>Ends the connections of those who wait for it, as the server does with one whose client is gone.</summary>
    public Task EndWaitersAsync() => _database.ExecuteAsync(
        $"select pg_terminate_backend(pid) from pg_locks where relation = '{_table}'::regclass and not granted");

    public async Task LetGoAsync()
    {
        await using var command = new NpgsqlCommand("rollback", _connection);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

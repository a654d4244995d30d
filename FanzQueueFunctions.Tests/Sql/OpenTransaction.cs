using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>A transaction that stays open beside the test's own calls, as another program's would. Rolls back at the end.</summary>
internal sealed class OpenTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    public static async Task<OpenTransaction> BeginAsync(TestDatabase database)
    {
        var connection = await database.OpenAsync();
        return new OpenTransaction(connection, await connection.BeginTransactionAsync());
    }

    /// <summary>As one of Supabase's roles; for a signed-in user, with the token that the REST API passes on.</summary>
    public static async Task<OpenTransaction> BeginAsRoleAsync(TestDatabase database, string role, Guid? userId = null)
    {
        var transaction = await BeginAsync(database);
        await transaction.ExecuteAsync("select set_config('request.jwt.claims', $1, true)", $$"""{"sub": "{{userId}}"}""");
        await transaction.ExecuteAsync($"set local role {role}");
        return transaction;
    }

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

    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }
}

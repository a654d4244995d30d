using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Processing;
using Npgsql;
using NpgsqlTypes;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// The SQL functions over PostgreSQL's own protocol. Each call is one statement, with no session state and no prepared
/// statement kept, so a transaction pooler such as Supavisor may stand between.
/// </summary>
internal sealed class DirectTransport(NpgsqlDataSource dataSource, string host, string description) : IQueueTransport
{
    public string Description => description;

    public async Task<T> CallAsync<T>(
        string function, IReadOnlyList<Argument> arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken)
    {
        var named = string.Join(", ", arguments.Select((argument, i) => $"{argument.Name} => ${i + 1}"));
        try
        {
            await using var command = dataSource.CreateCommand($"select public.{function}({named})");
            foreach (var argument in arguments)
                command.Parameters.Add(Parameter(argument.Value));

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var document = await reader.GetFieldValueAsync<byte[]>(0, cancellationToken);
            return Answer.Checked(JsonSerializer.Deserialize(document, result), function);
        }
        catch (PostgresException exception)
        {
            throw SqlStateErrors.From(exception.SqlState, exception.MessageText, exception);
        }
        catch (JsonException exception)
        {
            throw new QueueStoreException(
                QueueStoreError.MalformedAnswer,
                $"{function} answered something else than this app reads. Apply the migrations of this version.",
                exception);
        }
        catch (NpgsqlException exception) when (exception.InnerException is TimeoutException)
        {
            throw new QueueStoreException(
                QueueStoreError.Timeout, $"{host} did not answer in time. See whether it is overloaded.", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or IOException)
        {
            throw new QueueStoreException(
                QueueStoreError.Unreachable,
                $"No connection to {host}: {Innermost(exception)}. See whether the server runs and DATABASE_URL is right.",
                exception);
        }
    }

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new() { Value = DBNull.Value },
        Json json => new() { Value = json.Utf8, NpgsqlDbType = NpgsqlDbType.Jsonb },
        DateTimeOffset moment => new() { Value = moment.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
        _ => new() { Value = value },
    };

    private static string Innermost(Exception exception) =>
        exception.GetBaseException().Message.TrimEnd('.').ReplaceLineEndings(" ");
}

using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
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

    public Task<T> CallAsync<T>(
        string function, IReadOnlyList<Argument> arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) =>
        AnswerAsync(
            function,
            async () =>
            {
                var named = string.Join(", ", arguments.Select((argument, i) => $"{argument.Name} => ${i + 1}"));
                await using var command = dataSource.CreateCommand($"select public.{function}({named})");
                foreach (var argument in arguments)
                    command.Parameters.Add(Parameter(argument.Value));

                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                if (await reader.IsDBNullAsync(0, cancellationToken))
                    throw new JsonException($"{function} answered null.");
                var document = await reader.GetFieldValueAsync<byte[]>(0, cancellationToken);
                return Answer.Checked(JsonSerializer.Deserialize(document, result), function);
            });

    /// <summary>What to build before the migrations: see <see cref="IndexesBeforehand"/>.</summary>
    /// <exception cref="QueueStoreException">Every failure.</exception>
    public Task<string> ReadIndexesBeforehandAsync(CancellationToken cancellationToken) =>
        AnswerAsync(
            nameof(IndexesBeforehand),
            async () =>
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                return await IndexesBeforehand.ScriptAsync(connection, cancellationToken);
            });

    private async Task<T> AnswerAsync<T>(string function, Func<Task<T>> ask)
    {
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            return await ask();
        }
        catch (PostgresException exception)
        {
            var error = SqlStateErrors.From(exception.SqlState, exception.MessageText, exception);
            // A session keeps what its role's and database's defaults were when it began; a new one has today's.
            if (error.Error == QueueStoreError.ReadOnly)
                dataSource.Clear();
            throw error;
        }
        catch (JsonException exception)
        {
            throw new QueueStoreException(
                QueueStoreError.MalformedAnswer,
                $"{function} answered something else than this app reads. Apply the migrations of this version.",
                exception);
        }
        catch (NpgsqlException exception) when (
            exception.InnerException is TimeoutException && exception.Message.Contains("pool", StringComparison.Ordinal))
        {
            throw new QueueStoreException(
                QueueStoreError.Busy,
                $"All connections to {host} are in use. Set Maximum Pool Size in DATABASE_URL higher, or see what holds them up.",
                exception);
        }
        catch (NpgsqlException exception) when (exception.InnerException is TimeoutException)
        {
            dataSource.Clear();
            throw new QueueStoreException(
                QueueStoreError.Timeout, $"{host} did not answer in time. See whether it is overloaded.", exception);
        }
        catch (OperationCanceledException) when (Stopwatch.GetElapsedTime(startedAt) >= StoreResilience.LongTry)
        {
            // No answer for so long: others of the pool may lead into the same nothing.
            dataSource.Clear();
            throw;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or IOException)
        {
            throw new QueueStoreException(
                QueueStoreError.Unreachable,
                $"No connection to {host}: {Innermost(exception)}. {Advice(exception)}",
                exception);
        }
        catch (Exception exception) when (exception is not (QueueStoreException or OperationCanceledException))
        {
            throw QueueStoreException.Unforeseen(host, exception);
        }
    }

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new() { Value = DBNull.Value },
        Json json => new() { Value = json.Utf8, NpgsqlDbType = NpgsqlDbType.Jsonb },
        DateTimeOffset moment => new() { Value = moment.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
        _ => new() { Value = value },
    };

    // A project's own host has an IPv6 address alone, and many networks have none.
    internal static string Advice(Exception exception) =>
        exception.InnerException is AuthenticationException
            ? "The server's certificate was refused: sslrootcert in DATABASE_URL must be the file of the authority that signed it (Supabase: " +
              "Project Settings, Database, SSL Configuration), and with verify-full the host must be one that it names."
        : exception.GetBaseException() is SocketException
        {
            SocketErrorCode: SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.AddressFamilyNotSupported
                or SocketError.AddressNotAvailable
        }
            ? "There is no way to that address from here; Supabase's direct hosts are reached by IPv6 alone. Set DATABASE_URL to " +
              "the session pooler, <pooler>.pooler.supabase.com:5432, with the user postgres.<project> (the dashboard's Connect)."
            : "See whether the server runs and DATABASE_URL is right.";

    private static string Innermost(Exception exception) =>
        exception.GetBaseException().Message.TrimEnd('.').ReplaceLineEndings(" ");
}

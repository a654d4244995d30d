using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>PostgREST's side towards the database: the pool, the schema cache, a transaction for each call.</summary>
internal sealed class Database : IAsyncDisposable
{
    // PostgREST repeats such a transaction without end, even after the caller has gone. A test must end.
    private static readonly TimeSpan LongestRepetition = TimeSpan.FromMinutes(1);

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _free;
    private readonly TimeSpan _acquisitionTimeout;

    public Database(PostgrestOptions options)
    {
        _source = new NpgsqlDataSourceBuilder(options.ConnectionString)
        {
            ConnectionStringBuilder =
            {
                ApplicationName = "postgrest-stand-in",
                // One connection more than calls, for the schema cache.
                MaxPoolSize = options.PoolSize + 1,
                // All that a call sets is local to its transaction, so there is nothing to reset.
                NoResetOnClose = true,
                // PostgREST passes the database's words on as they are.
                IncludeErrorDetail = true,
                // A batch of a thousand items is a megabyte each way.
                ReadBufferSize = 64 * 1024,
                WriteBufferSize = 64 * 1024,
                MaxAutoPrepare = 50,
                AutoPrepareMinUsages = 2,
                // How long a statement may take is for the roles' settings to say.
                CommandTimeout = 0,
            },
        }.Build();
        _free = new SemaphoreSlim(options.PoolSize);
        _acquisitionTimeout = options.AcquisitionTimeout;
        Schema = new SchemaCache(_source, options.Schema, options.Time);
    }

    public SchemaCache Schema { get; }

    /// <summary>Runs the call in a transaction of its own.</summary>
    /// <param name="call">What to run.</param>
    /// <param name="anonymous">Whether the caller came without a role of its own.</param>
    /// <param name="callerGone">
    /// Ends only the repetitions after 40001 and 40P01. As with PostgREST, what runs in the database runs to its end
    /// whether its caller still waits or not.
    /// </param>
    /// <exception cref="PostgrestException">The database refused it, or could not be reached.</exception>
    public async Task<Answer> RunAsync(Call call, bool anonymous, CancellationToken callerGone)
    {
        if (!await _free.WaitAsync(_acquisitionTimeout, CancellationToken.None))
            throw PostgrestException.NoFreeConnection();
        try
        {
            await using var connection = await ConnectAsync();
            var since = Stopwatch.StartNew();
            while (true)
            {
                try
                {
                    return await RunAsync(call, connection);
                }
                catch (PostgresException e) when (
                    e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected &&
                    !callerGone.IsCancellationRequested && since.Elapsed < LongestRepetition)
                {
                }
            }
        }
        catch (PostgresException e) when (e.Severity is not ("FATAL" or "PANIC"))
        {
            throw PostgrestException.From(e, anonymous);
        }
        catch (NpgsqlException)
        {
            await ForgetConnectionsAsync();
            throw PostgrestException.ConnectionLost();
        }
        finally
        {
            _free.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Schema.DisposeAsync();
        await _source.DisposeAsync();
        _free.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        try
        {
            return await _source.OpenConnectionAsync();
        }
        catch (NpgsqlException e)
        {
            await ForgetConnectionsAsync();
            throw PostgrestException.CannotConnect(e.Message);
        }
    }

    private async Task ForgetConnectionsAsync()
    {
        _source.Clear();
        await Schema.ReadAsync();
    }

    private static async Task<Answer> RunAsync(Call call, NpgsqlConnection connection)
    {
        await using var batch = call.ToBatch(connection);
        // Sequential, so that the body goes from the wire into pooled memory without a stop in between.
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        await reader.NextResultAsync();
        await reader.ReadAsync();

        var count = reader.GetInt64(0);
        var ownStatus = await reader.IsDBNullAsync(1) ? "" : reader.GetString(1);
        var ownHeaders = await reader.IsDBNullAsync(2) ? "" : reader.GetString(2);
        var isVoid = call.Routine.Shape is ResultShape.Void;
        var status = ownStatus is "" ? isVoid ? StatusCodes.Status204NoContent : StatusCodes.Status200OK
            : int.Parse(ownStatus, CultureInfo.InvariantCulture);
        var range = count is 0 ? "*/*" : $"0-{count - 1}/*";
        List<(string, string)> headers = [("Content-Range", range), .. Headers(ownHeaders)];
        if (isVoid)
        {
            await FinishAsync(reader);
            return new Answer(status) { Headers = headers };
        }

        PooledBytes body;
        await using (var stream = await reader.GetStreamAsync(3))
            body = await PooledBytes.ReadAsync(stream, stream.Length, CancellationToken.None);
        var answer = new Answer(status, body) { ContentType = Answer.Json, Headers = headers };
        try
        {
            await FinishAsync(reader);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    // What is checked at the commit, such as a deferred constraint, fails here.
    private static async Task FinishAsync(NpgsqlDataReader reader)
    {
        while (await reader.NextResultAsync())
        {
        }
    }

    // https://docs.postgrest.org/en/v14/references/transactions.html#response-headers: a list of one-member objects.
    private static IEnumerable<(string, string)> Headers(string json) =>
        json is "" ? [] : JsonSerializer.Deserialize<Dictionary<string, string>[]>(json)!
            .SelectMany(header => header.Select(member => (member.Key, member.Value)));
}

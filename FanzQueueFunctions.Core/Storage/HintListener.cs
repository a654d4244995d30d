using System.Net.Sockets;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// Listens on a connection of its own for the database's hints that something is due (post_queue_wake), and wakes the
/// worker. Behind a transaction pooler LISTEN succeeds, nothing ever comes, and another's session hears the hints: so it looks
/// first whether the session is its own, and whether what it tells itself on a channel of its own arrives. Where it does not,
/// and while the connection is lost, items are found by polling; each change of this is one line of the log.
/// </summary>
internal sealed class HintListener(
    string connectionString,
    IQueueProcessor processor,
    QueueMetrics metrics,
    TimeProvider time,
    ILogger<HintListener> logger,
    ILogger<WakeRuns> runsLogger)
    : BackgroundService
{
    private const string Channel = "post_queue";
    private const int KeepAliveSeconds = 15;

    // Short enough for an item to be posted at once, long enough for a stream of items to go in batches.
    private static readonly TimeSpan RunsApart = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RunsApartAfterOne = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeAgain = TimeSpan.FromMinutes(5);

    // A connection that is lost sooner than this, so many times in a row, is not worth listening on for now.
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);
    private const int MostUnsteady = 3;

    private const int Looks = 10;

    private readonly string _host = DatabaseUrl.Describe(connectionString);
    private HintState? _state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var runs = new WakeRuns(processor, RunsApart, RunsApartAfterOne, time, metrics, runsLogger);
        await runs.StartAsync(CancellationToken.None);
        await using var dataSource = CreateDataSource();
        var delay = FirstDelay;
        var unsteady = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            long? heardAt = null;
            try
            {
                await ListenAsync(dataSource, runs, heard: () => heardAt = time.GetTimestamp(), stoppingToken);
                Become(HintState.Unheard);
                delay = ProbeAgain;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception) when (exception is NpgsqlException or SocketException or IOException)
            {
                Become(HintState.Lost);
            }
            catch (Exception exception)
            {
                metrics.LoopFailed("listen");
                logger.ListeningFailed(exception);
                Become(HintState.Lost);
            }

            if (heardAt is { } at)
            {
                unsteady = time.GetElapsedTime(at) < Steady ? unsteady + 1 : 0;
                delay = unsteady < MostUnsteady ? FirstDelay : ProbeAgain;
            }

            await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay < LongestDelay ? 2 * delay : LongestDelay;
        }

        await runs.StopAsync(CancellationToken.None);
    }

    /// <summary>Listens until the connection breaks. Returns only where hints would not arrive.</summary>
    private async Task ListenAsync(
        NpgsqlDataSource dataSource, WakeRuns runs, Action heard, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await IsOwnSessionAsync(dataSource, connection, cancellationToken)
            || !await HearsAsync(dataSource, connection, cancellationToken))
            return;

        connection.Notification += (_, notification) =>
        {
            if (notification.Channel == Channel)
                runs.Wake();
        };
        await ExecuteAsync(connection, $"listen {Channel}", cancellationToken);
        heard();
        Become(HintState.Listening);
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Whether this connection keeps its session while another is in a transaction. A transaction pooler gives that one a
    /// session that is free, as a rule this one's, or this one another. Others who use the pooler may hide it: so more than once.
    /// </summary>
    private static async Task<bool> IsOwnSessionAsync(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var own = await ProcessIdAsync(connection, cancellationToken);
        await using var other = await dataSource.OpenConnectionAsync(cancellationToken);
        for (var look = 0; look < Looks; look++)
        {
            await using var transaction = await other.BeginTransactionAsync(cancellationToken);
            if (own == await ProcessIdAsync(other, cancellationToken) || own != await ProcessIdAsync(connection, cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether what is notified over another connection arrives here. It is told on a channel that nobody else knows, so that
    /// a session which a pooler gives to others hears nothing of the queue.
    /// </summary>
    private static async Task<bool> HearsAsync(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var channel = $"post_queue_probe_{Guid.NewGuid():N}";
        await ExecuteAsync(connection, $"listen {channel}", cancellationToken);
        await using (var tell = dataSource.CreateCommand($"notify {channel}"))
            await tell.ExecuteNonQueryAsync(cancellationToken);
        // Its own channel is the only one that it listens on as yet.
        var heard = await connection.WaitAsync(LongestProbe, cancellationToken);
        await ExecuteAsync(connection, $"unlisten {channel}", cancellationToken);
        return heard;
    }

    private static async Task<int> ProcessIdAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlDataSource CreateDataSource()
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            // A connection that died without a word is noticed.
            KeepAlive = KeepAliveSeconds,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private void Become(HintState state)
    {
        if (_state == state)
            return;
        _state = state;
        metrics.HintsHeard(state == HintState.Listening);
        switch (state)
        {
            case HintState.Listening:
                logger.HintsHeard(_host);
                break;
            case HintState.Unheard:
                logger.HintsUnheard(_host);
                break;
            case HintState.Lost:
                logger.HintsLost(_host);
                break;
        }
    }

    private enum HintState
    {
        Listening,
        Unheard,
        Lost,
    }
}

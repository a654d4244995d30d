using System.Net.Sockets;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// Listens on a connection of its own for the database's hints that something is due (post_queue_wake), and wakes the
/// worker. Behind a transaction pooler LISTEN succeeds and nothing ever comes, so it tells itself something first, over
/// another connection. Where that does not arrive, and while the connection is lost, items are found by polling; each
/// change of this is one line of the log.
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
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeAgain = TimeSpan.FromMinutes(5);

    private readonly string _host = DatabaseUrl.Describe(connectionString);
    private HintState? _state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var runs = new WakeRuns(processor, RunsApart, time, metrics, runsLogger);
        await runs.StartAsync(CancellationToken.None);
        await using var dataSource = CreateDataSource();
        var delay = FirstDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(dataSource, runs, heard: () => delay = FirstDelay, stoppingToken);
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

            await Task.Delay(delay, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay < LongestDelay ? 2 * delay : LongestDelay;
        }

        await runs.StopAsync(CancellationToken.None);
    }

    /// <summary>Listens until the connection breaks. Returns only where what it tells itself does not arrive.</summary>
    private async Task ListenAsync(
        NpgsqlDataSource dataSource, WakeRuns runs, Action heard, CancellationToken cancellationToken)
    {
        var probe = Guid.NewGuid().ToString();
        var probeArrived = false;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            probeArrived |= notification.Payload == probe;
            // The probes of other workers come here, too.
            if (notification.Payload.Length == 0)
                runs.Wake();
        };
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);

        await using (var tell = dataSource.CreateCommand("select pg_notify($1, $2)"))
        {
            tell.Parameters.Add(new() { Value = Channel });
            tell.Parameters.Add(new() { Value = probe });
            await tell.ExecuteNonQueryAsync(cancellationToken);
        }

        while (!probeArrived)
        {
            if (!await connection.WaitAsync(LongestProbe, cancellationToken))
                return;
        }

        heard();
        Become(HintState.Listening);
        while (true)
            await connection.WaitAsync(cancellationToken);
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

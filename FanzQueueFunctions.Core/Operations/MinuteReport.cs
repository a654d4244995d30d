using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Operations;

/// <summary>
/// What is written down each minute: how this worker is, and the figures that overview and series are read from. It has a
/// timer of its own, so that neither depends on how often somebody wants a heartbeat in the log. At start the worker alone
/// is told of.
/// </summary>
public sealed class MinuteReport(
    IQueueStore queue,
    IOperationStore operations,
    WorkerState worker,
    StartCheck startCheck,
    QueueMetrics metrics,
    TimeProvider time,
    ILogger<MinuteReport> logger) : IHostedService
{
    /// <summary>The first time there may be 90 days to go through; the next minute goes on.</summary>
    private static readonly TimeSpan RollUpLimit = TimeSpan.FromSeconds(30);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not waited for.
        _ = Task.Run(WriteFirstAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes it down. A store that fails is logged; it does not throw.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await queue.ReportAsync(worker.Report(), cancellationToken);
            var startedAt = time.GetTimestamp();
            while (!await operations.RollUpAsync(cancellationToken) && time.GetElapsedTime(startedAt) < RollUpLimit)
            {
            }
        }
        catch (QueueStoreException exception)
        {
            metrics.StoreFailed(exception.Error);
            logger.MinuteReportFailed(exception.Error, exception.IsTransient, exception.Message);
        }
    }

    private async Task WriteFirstAsync()
    {
        try
        {
            // The figures can wait for the first minute: there may be 90 days of them, beside the first batch.
            if (await startCheck.PassesAsync(CancellationToken.None))
                await queue.ReportAsync(worker.Report(), CancellationToken.None);
        }
        catch (QueueStoreException)
        {
            // The first firing says so.
        }
    }
}

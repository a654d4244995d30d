using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone.Log;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>
/// The app's own way of a batch, composed as Program.cs does: QueueProcessor, the real transport, and the log in
/// production's form, every line written to a file by itself.
/// </summary>
internal sealed class AppMover : IMover
{
    private readonly IHost _host;
    private readonly FileStream _log;

    private AppMover(IHost host, FileStream log)
    {
        (_host, _log) = (host, log);
        Calls = host.Services.GetRequiredService<TimedStore>();
    }

    /// <summary>How long each call to the database took.</summary>
    public TimedStore Calls { get; }

    /// <param name="batchSize">1 to 1000.</param>
    /// <param name="settings">The app's settings that say where the database is.</param>
    public static AppMover Start(int batchSize, params (string Name, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value)));
        builder.Configuration.AddInMemoryCollection([new("Queue:BatchSize", $"{batchSize}")]);
        builder.Services.AddSingleton(Schedules.Read(builder.Configuration)).AddQueueProcessing(QueueOptions.Read(builder.Configuration));
        builder.Services.AddQueueStore(StoreSettings.Read(builder.Configuration));
        builder.AddQueueTelemetry();
        builder.Services.AddSingleton(services => new TimedStore(
            ActivatorUtilities.CreateInstance<QueueStore>(services)));
        builder.Services.AddSingleton<IQueueStore>(services => services.GetRequiredService<TimedStore>());

        // No buffer: ConsoleLines writes to standard output without one.
        var log = new FileStream(
            Path.Combine(Path.GetTempPath(), $"fanz-bench-{Guid.NewGuid():N}.log"), FileMode.CreateNew, FileAccess.Write,
            FileShare.Read, bufferSize: 0, FileOptions.DeleteOnClose);
        builder.Logging.AddProvider(new ConsoleLines(log));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        return new AppMover(builder.Build(), log);
    }

    public async Task<Moved> MoveAsync(int batches)
    {
        // As the app's own, but for the number of batches.
        var options = _host.Services.GetRequiredService<QueueOptions>() with { MaxBatchesPerFiring = batches };
        var processor = ActivatorUtilities.CreateInstance<QueueProcessor>(_host.Services, options);
        var done = await processor.ProcessDueItemsAsync();
        if (!done.Completed)
            throw new InvalidOperationException(
                $"A benchmark measures undisturbed runs. {File.ReadLines(_log.Name).Last()}");
        return new(done.Posted + done.Failed, done.Batches);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _log.DisposeAsync();
    }
}

using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Processing;

/// <summary>The processor over a store of the test's own.</summary>
internal static class Processors
{
    private static readonly Schedules Schedules = Schedules.Read(new ConfigurationBuilder().Build());

    /// <param name="services">With metrics.</param>
    public static QueueProcessor Over(
        IQueueStore store,
        IServiceProvider services,
        QueueOptions? options = null,
        TimeProvider? time = null,
        IHostApplicationLifetime? lifetime = null,
        WorkerState? worker = null,
        ILogger<QueueProcessor>? logger = null)
    {
        time ??= TimeProvider.System;
        lifetime ??= Substitute.For<IHostApplicationLifetime>();
        return new(
            store,
            options ?? new(),
            ActivatorUtilities.CreateInstance<QueueMetrics>(services),
            new StartCheck(new DatabaseCheck(store), lifetime, NullLogger<StartCheck>.Instance),
            lifetime,
            new RunsInHand(),
            worker ?? new WorkerState(Schedules, options ?? new(), time),
            new DatabaseName("a test's"),
            time,
            logger ?? NullLogger<QueueProcessor>.Instance);
    }
}

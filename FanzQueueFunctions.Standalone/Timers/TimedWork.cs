using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Timers;

/// <summary>What runs by the clock.</summary>
/// <param name="RunAsync">One run; its token is cancelled when the process cannot wait for it any longer.</param>
internal sealed record TimedWork(string Name, Schedule Schedule, Func<CancellationToken, Task> RunAsync);

internal static class TimedWorkRegistration
{
    public static IServiceCollection AddTimedWork(
        this IServiceCollection services,
        string name,
        Func<Schedules, Schedule> schedule,
        Func<IServiceProvider, Func<CancellationToken, Task>> work) =>
        services.AddSingleton(provider => new TimedWork(
            name, schedule(provider.GetRequiredService<Schedules>()), cancellationToken => work(provider)(cancellationToken)));
}

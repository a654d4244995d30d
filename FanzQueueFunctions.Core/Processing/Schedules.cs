using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// When the timers fire, each from a setting. On the Functions host the timers themselves take these settings from the host's
/// own; they are read here too, so that a schedule that the two heads would take differently stops the app at start.
/// </summary>
/// <param name="ProcessQueue"><c>PROCESS_QUEUE_SCHEDULE</c>: every 10 seconds, as the document has it.</param>
/// <param name="Heartbeat"><c>HEALTH_SCHEDULE</c>: every 5 minutes, as the document has it.</param>
/// <param name="Prune"><c>PRUNE_SCHEDULE</c>: every hour.</param>
public sealed record Schedules(Schedule ProcessQueue, Schedule Heartbeat, Schedule Prune)
{
    private static readonly (string Setting, string Otherwise)[] Settings =
    [
        ("PROCESS_QUEUE_SCHEDULE", "*/10 * * * * *"), ("HEALTH_SCHEDULE", "0 */5 * * * *"), ("PRUNE_SCHEDULE", "0 30 * * * *"),
    ];

    /// <summary>When the minute's report is written, on both heads. It has no setting: alerts and figures rely on it.</summary>
    public const string MinuteReportText = "30 * * * * *";

    public Schedule MinuteReport { get; } =
        Schedule.Read(new ConfigurationBuilder().Build(), nameof(MinuteReport), MinuteReportText);

    /// <exception cref="SettingException">One of them is no schedule.</exception>
    public static Schedules Read(IConfiguration configuration)
    {
        Schedule[] read = [.. Settings.Select(one => Schedule.Read(configuration, one.Setting, one.Otherwise))];
        return new(read[0], read[1], read[2]);
    }

    /// <summary>For the Functions host, which knows no defaults: it disables a timer whose schedule is not set, and runs on.</summary>
    /// <exception cref="SettingException">One of them is not set.</exception>
    internal static void Demand(IConfiguration configuration)
    {
        foreach (var (setting, otherwise) in Settings)
            if (configuration.ReadText(setting) is null)
                throw new SettingException($"{setting} is not set, and without it the Functions host runs no timer. Set it to {otherwise}");
    }
}

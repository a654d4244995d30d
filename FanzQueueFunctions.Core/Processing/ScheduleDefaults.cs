using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// The document's schedules, where none is set: every 10 seconds, and every 5 minutes; and every hour for the
/// pruning. The Azure Functions host does not see them: it wants the settings among its own.
/// </summary>
internal static class ScheduleDefaults
{
    public static void AddScheduleDefaults(this IConfigurationManager configuration) =>
        // First in the list, so that every other source wins.
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["PROCESS_QUEUE_SCHEDULE"] = "*/10 * * * * *",
                ["HEALTH_SCHEDULE"] = "0 */5 * * * *",
                ["PRUNE_SCHEDULE"] = "0 30 * * * *",
            },
        });
}

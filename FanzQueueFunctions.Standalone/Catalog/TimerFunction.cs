using FanzQueueFunctions.Standalone.Timers;

namespace FanzQueueFunctions.Standalone.Catalog;

/// <summary>A function run on a schedule.</summary>
internal sealed record TimerFunction(string Name, FunctionCall Call, Schedule Schedule, bool RunOnStartup);

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function on a schedule. Times are UTC, and a run never overlaps the one before it.</summary>
/// <remarks>
/// The Standalone host keeps no memory over a restart: a run that was missed while it was down does not come at
/// start, <see cref="TimerInfo.IsPastDue"/> is always false and <see cref="TimerInfo.ScheduleStatus"/> always null.
/// </remarks>
/// <param name="schedule">
/// Six fields, "second minute hour day month day-of-week", or <c>%SETTING%</c> for a setting that holds them.
/// A <see cref="TimeSpan"/> string, which Azure takes on some plans only, is refused.
/// </param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; private set; } = schedule;

    /// <summary>Whether a missed run is made up for after a restart; without effect here: see the remarks.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs once as the host starts.</summary>
    public bool RunOnStartup { get; set; }
}

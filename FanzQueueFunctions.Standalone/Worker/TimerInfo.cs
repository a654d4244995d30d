namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function run by a <see cref="TimerTriggerAttribute"/> learns of its schedule.</summary>
public class TimerInfo
{
    /// <summary>Null where the schedule is not monitored, which under the Standalone host is always.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for one missed while the host was down.</summary>
    public bool IsPastDue { get; set; }
}

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The times that a monitored schedule has on record.</summary>
public class ScheduleStatus
{
    public DateTime Last { get; set; }

    public DateTime Next { get; set; }

    public DateTime LastUpdated { get; set; }
}

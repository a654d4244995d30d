namespace FanzQueueFunctions.Processing;

/// <summary>Which of the two questions a health check belongs to.</summary>
internal static class HealthTags
{
    /// <summary>Whether the process works; if not, a platform starts it again.</summary>
    public const string Alive = "alive";

    /// <summary>Whether it can serve: its database answers.</summary>
    public const string Ready = "ready";
}

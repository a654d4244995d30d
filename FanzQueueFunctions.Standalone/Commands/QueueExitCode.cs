namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>What the commands that change the queue end with.</summary>
internal static class QueueExitCode
{
    /// <summary>All that was meant is done.</summary>
    public const int Done = 0;

    /// <summary>It was refused, or failed.</summary>
    public const int Refused = 1;

    /// <summary>Some items were left alone, or the limit was reached and more match; of <c>health</c>: it is degraded.</summary>
    public const int SomeLeft = 2;

    /// <summary>It was not confirmed.</summary>
    public const int NotConfirmed = 3;
}

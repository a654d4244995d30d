using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Operations;

/// <summary>What is done every few minutes: reports the queue's health, and rolls up the figures that the operator sees.</summary>
public sealed class Heartbeat(IQueueProcessor processor, QueueOperations operations)
{
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        await processor.ReportHealthAsync(cancellationToken);
        await operations.RollUpFiguresAsync(cancellationToken);
    }
}

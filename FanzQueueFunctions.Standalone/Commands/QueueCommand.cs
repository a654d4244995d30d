using System.CommandLine;
using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>
/// <c>queue …</c>: the operator's reads and changes. Exit codes: see <see cref="QueueExitCode"/>.
/// </summary>
internal static class QueueCommand
{
    public static Command Create() => new("queue", "Look at the queue, and change it.")
    {
        QueueWatch.Health(),
        QueueWatch.Watch(),
        QueueReads.Overview(),
        QueueReads.Failures(),
        QueueReads.Items(),
        QueueReads.Item(),
        QueueReads.Creators(),
        QueueReads.Changes(),
        CheckCommand.Create(),
        QueueChanges.Create("retry", ItemVerb.Retry, "Queue failed or cancelled items again."),
        QueueChanges.Create("cancel", ItemVerb.Cancel, "Cancel items that are queued, in processing or failed."),
        QueueChanges.Create("prune", ItemVerb.Prune, "Delete posted, failed or cancelled items that are older than --to."),
        QueueChanges.Undo(),
        QueueResetCommand.Create(),
        QueueEraseCommand.Create(),
        QueueControlCommands.Pause(),
        QueueControlCommands.Resume(),
        QueueControlCommands.Limit(),
    };
}

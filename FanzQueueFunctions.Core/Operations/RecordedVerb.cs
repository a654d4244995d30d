namespace FanzQueueFunctions.Operations;

/// <summary>What can have been done, as the record says it.</summary>
public enum RecordedVerb
{
    /// <summary>See <see cref="ItemVerb.Retry"/>.</summary>
    Retry,

    /// <summary>See <see cref="ItemVerb.Cancel"/>.</summary>
    Cancel,

    /// <summary>See <see cref="ItemVerb.Prune"/>; rows of the history and of this record, too.</summary>
    Prune,

    /// <summary>See <see cref="ControlVerb.Pause"/>.</summary>
    Pause,

    /// <summary>See <see cref="ControlVerb.Resume"/>.</summary>
    Resume,

    /// <summary>See <see cref="ControlVerb.Limit"/>.</summary>
    Limit,

    /// <summary>Queued again what was stuck.</summary>
    ResetStuck,

    /// <summary>See <see cref="ItemVerb.Undo"/>.</summary>
    Undo,

    /// <summary>Took a creator who was deleted out of the record and the like.</summary>
    Erase,
}

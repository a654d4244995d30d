namespace FanzQueueFunctions.Operations;

/// <summary>What an id is the id of; each null where it is not that.</summary>
/// <param name="ItemId">An item, or the item that a post was made of.</param>
/// <param name="OriginalPostId">An original that has items.</param>
/// <param name="CreatorId">A creator.</param>
public sealed record IdFound(Guid? ItemId = null, Guid? OriginalPostId = null, Guid? CreatorId = null);

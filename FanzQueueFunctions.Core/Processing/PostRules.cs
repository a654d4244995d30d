namespace FanzQueueFunctions.Processing;

/// <summary>
/// Decides whether an item may be posted. The settle function checks the same rules once more, for what has changed since
/// the claim, and composes the post.
/// </summary>
public static class PostRules
{
    /// <summary>Why the item can never be posted, in a sentence; null when it can.</summary>
    public static string? Refusal(ClaimedItem item) => item switch
    {
        { PlatformKnown: false } =>
            $"Platform \"{item.TargetPlatform}\" is unknown: it is not a value of platform_cluster.",
        { Original: null } => "The original post is gone.",
        // The queue's row-level policy lets a creator name anybody's post as the original.
        { Original: var original } when original.CreatorId != item.CreatorId =>
            "The item's creator is not the creator of the original post.",
        { Original.IsCrosspost: true } => "The original post is itself a cross-post.",
        { Original.IsDeleted: true } => "The original post is deleted.",
        { Original.Status: "deleted" or "archived" or "private" } => $"The original post is {item.Original.Status}.",
        { Original.ModerationStatus: "rejected" } => "The original post was rejected by moderation.",
        _ => null,
    };
}

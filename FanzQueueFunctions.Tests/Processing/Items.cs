using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Tests.Processing;

/// <summary>Claimed items as the database returns them.</summary>
internal static class Items
{
    public static readonly Guid Creator = Guid.Parse("c0000000-0000-4000-8000-000000000001");

    public static ClaimedItem Postable() => new()
    {
        Id = Guid.NewGuid(),
        CreatorId = Creator,
        TargetPlatform = "girlfanz",
        PlatformKnown = true,
        MaxRetries = 3,
        Original = Original(),
    };

    public static OriginalPost Original() => new()
    {
        CreatorId = Creator,
        Title = "Hot New Content",
        Status = "published",
        ModerationStatus = "approved",
    };
}

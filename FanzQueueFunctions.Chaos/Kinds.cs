namespace FanzQueueFunctions.Chaos;

/// <summary>The kinds of items that are queued: all that the design knows, good and bad.</summary>
internal static class Kinds
{
    private const string Refused = "%the storm refuses this post%";

    // May pass, all of them: serialization failure, deadlock, lock not available, disk full, a plain RAISE.
    private static readonly string[] Passing = ["40001", "40P01", "55P03", "53100", "P0001"];

    private static readonly (string Kind, int Weight, Func<Random, Item, Item> Make)[] All =
    [
        ("plain", 30, (_, item) => item),
        ("scheduled", 10, (random, item) => item with { DelaySeconds = 1 + 5 * random.NextDouble() }),
        ("tomorrow", 2, (_, item) => item with { DelaySeconds = 86400 }),
        ("modified", 12, Modified),
        ("long caption", 1, (_, item) => item with { ModifiedCaption = new string('ß', 100_000) }),
        ("queued at -infinity", 2, (_, item) => item with { QueuedAt = "-infinity" }),
        ("fails, then passes", 9, (random, item) =>
            item with { Failures = random.Next(1, 3), Sqlstate = Passing[random.Next(Passing.Length)] }),
        ("fails too often", 4, (random, item) =>
            item with { Failures = 100, MaxRetries = random.Next(0, 3), Refusal = Refused }),
        ("absurdly many retries", 2, (_, item) => item with { RetryCount = -3, MaxRetries = 2_000_000_000, Failures = 1 }),
        ("negative retries", 2, (_, item) => item with { MaxRetries = -5, Failures = 1, Refusal = Refused }),
        ("unknown platform", 4, (random, item) => item with
        {
            TargetPlatform = ((string[])["nofanz", "GirlFanz", "", "a\nb"])[random.Next(4)],
            Refusal = "Platform \"%\" is unknown: it is not a value of platform_cluster.",
        }),
        ("refused by a constraint", 3, (_, item) => item with
        {
            ModifiedTitle = "a title that is refused",
            Refusal = "%chaos_refuses_title%(SQLSTATE 23514)",
        }),
    ];

    private static readonly int Weights = All.Sum(kind => kind.Weight);

    /// <summary>A kind by chance, made of a plain item.</summary>
    public static Item Draw(Random random, Item plain)
    {
        var place = random.Next(Weights);
        foreach (var (kind, weight, make) in All)
        {
            place -= weight;
            if (place < 0)
                return make(random, plain) with { Kind = kind };
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    /// <summary>One that, once claimed, nobody can settle, rescue or reset before the storm is over.</summary>
    public static Item KeptInProcessing(Item plain) => plain with { Kind = "kept in processing" };

    /// <summary>One whose post cannot be inserted in time: each try costs its worker some seconds, so there are few.</summary>
    public static Item TakesAMinute(Item plain) => plain with
    {
        Kind = "takes a minute",
        MaxRetries = 0,
        Refusal = "It could not be posted in time, even by itself.%",
    };

    /// <summary>Originals that must not be posted further, and what the error says.</summary>
    public static IReadOnlyList<(string Kind, string Refusal, Func<Original, Original> Make)> BadOriginals { get; } =
    [
        ("original deleted", "The original post is deleted.", post => post with { Status = "deleted" }),
        ("original with a date of deletion", "The original post is deleted.",
            post => post with { DeletedAt = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) }),
        ("original archived", "The original post is archived.", post => post with { Status = "archived" }),
        ("original private", "The original post is private.", post => post with { Status = "private" }),
        ("original rejected", "The original post was rejected by moderation.",
            post => post with { ModerationStatus = "rejected" }),
        ("original is a cross-post", "The original post is itself a cross-post.", post => post with { IsCrosspost = true }),
    ];

    /// <summary>Originals that are posted, paid and free, whole and with gaps.</summary>
    public static IReadOnlyList<Func<Original, Original>> GoodOriginals { get; } =
    [
        post => post with { Price = 19.99m, IsPpv = true, IsSubscriberOnly = true, ContentType = "video", Duration = 75 },
        post => post with { Price = 4.50m, IsPpv = false, IsSubscriberOnly = true, ContentType = "image", AdultContent = false },
        post => post with { Price = 0, IsPpv = true, IsSubscriberOnly = false, ContentType = "audio", Status = "draft" },
        post => post with
        {
            Title = null, Description = null, ContentUrl = null, ThumbnailUrl = null, Price = null, IsPpv = null,
            IsSubscriberOnly = null, ContentType = "live_stream", Status = "scheduled", Tags = null, AdultContent = null,
        },
        post => post with { Price = 99999999.99m, ContentType = "document", ModerationStatus = "flagged", FileSize = long.MaxValue },
    ];

    private static Item Modified(Random random, Item item)
    {
        // 1 to 15: every bit a field, at least one.
        var which = random.Next(1, 16);
        return item with
        {
            ModifiedTitle = (which & 1) != 0 ? $"Another title {random.Next(1000)} 🎬" : null,
            ModifiedCaption = (which & 2) != 0 ? "Another \"caption\"\nwith lines \\ and signs" : null,
            ModifiedHashtags = (which & 4) != 0 ? ["other", "tags", "with, comma"] : null,
            AddPlatformWatermark = (which & 8) != 0,
        };
    }
}

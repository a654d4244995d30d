namespace FanzQueueFunctions.Operations;

/// <summary>What happened over time, oldest first; buckets in which nothing happened are left out.</summary>
public sealed record QueueSeries
{
    /// <summary>Null for all platforms.</summary>
    public string? Platform { get; init; }
    public required int BucketSeconds { get; init; }
    public required IReadOnlyList<SeriesBucket> Buckets { get; init; }

    /// <summary>From when on until 15 minutes ago figures are missing, as in <see cref="QueueOverview.FiguresMissingFrom"/>.</summary>
    public DateTimeOffset? MissingFrom { get; init; }
}

/// <summary>One bucket. Percentiles are at most 5 % off, and null where nothing was posted.</summary>
public sealed record SeriesBucket
{
    public required DateTimeOffset StartsAt { get; init; }
    public long Posted { get; init; }
    public long Failed { get; init; }
    public long Retried { get; init; }
    public double? SecondsToPostP50 { get; init; }
    public double? SecondsToPostP95 { get; init; }
}

/// <summary>The last 24 hours of every platform at once.</summary>
public sealed record PlatformSeries
{
    /// <summary>Where the first bucket begins.</summary>
    public required DateTimeOffset StartsAt { get; init; }
    public required int BucketSeconds { get; init; }
    public required IReadOnlyList<PlatformDay> Platforms { get; init; }
}

/// <summary>One platform's last 24 hours. Percentiles are at most 5 % off, and null where no hour has ended.</summary>
/// <param name="Posted">How many were posted, a bucket.</param>
public sealed record PlatformDay(
    string Platform, IReadOnlyList<long> Posted, double? SecondsToPostP50 = null, double? SecondsToPostP95 = null);

/// <summary>How far back a series goes, and how wide its buckets are.</summary>
public sealed record SeriesRange(string Name, TimeSpan Length, TimeSpan Bucket)
{
    public static readonly IReadOnlyList<SeriesRange> All =
    [
        new("1h", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)),
        new("6h", TimeSpan.FromHours(6), TimeSpan.FromMinutes(5)),
        new("24h", TimeSpan.FromHours(24), TimeSpan.FromMinutes(15)),
        new("7d", TimeSpan.FromDays(7), TimeSpan.FromHours(1)),
        new("30d", TimeSpan.FromDays(30), TimeSpan.FromHours(3)),
        new("90d", TimeSpan.FromDays(90), TimeSpan.FromHours(12)),
    ];

    /// <returns>Null where there is no range of this name.</returns>
    public static SeriesRange? Named(string name) => All.FirstOrDefault(range => range.Name == name);
}

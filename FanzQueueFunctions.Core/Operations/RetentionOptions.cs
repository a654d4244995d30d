using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Operations;

/// <summary>How many days what is done stays, from 1 to 36500; null, the default, for ever.</summary>
public sealed record RetentionOptions
{
    private const int MostDays = 36500;

    /// <summary><c>Queue__KeepPostedDays</c>: posted items.</summary>
    public int? PostedDays { get; init; }

    /// <summary><c>Queue__KeepFailedDays</c>: failed items.</summary>
    public int? FailedDays { get; init; }

    /// <summary><c>Queue__KeepCancelledDays</c>: cancelled items.</summary>
    public int? CancelledDays { get; init; }

    /// <summary><c>Queue__KeepHistoryDays</c>: the history of posts.</summary>
    public int? HistoryDays { get; init; }

    /// <summary><c>Queue__KeepChangesDays</c>: the record of changes. What is gone from it can no longer be undone.</summary>
    public int? ChangesDays { get; init; }

    /// <exception cref="SettingException">A value is out of its range.</exception>
    public static RetentionOptions Read(IConfiguration configuration) => new()
    {
        PostedDays = ReadDays(configuration, "Queue:KeepPostedDays"),
        FailedDays = ReadDays(configuration, "Queue:KeepFailedDays"),
        CancelledDays = ReadDays(configuration, "Queue:KeepCancelledDays"),
        HistoryDays = ReadDays(configuration, "Queue:KeepHistoryDays"),
        ChangesDays = ReadDays(configuration, "Queue:KeepChangesDays"),
    };

    private static int? ReadDays(IConfiguration configuration, string key) =>
        configuration.ReadWhole(key, otherwise: 0, 1, MostDays) is var days and > 0 ? days : null;
}

using System.Text.Json.Serialization;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Http;

/// <summary>What the reset did; in a dry run, what it would do.</summary>
/// <param name="ResetCount">How many items were, or would be, reset.</param>
public sealed record ResetStuckAnswer(int ResetCount, int OlderThanMinutes, IReadOnlyList<StuckItem> Items)
{
    /// <summary>One call resets as many at most. Written only when true: say it again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool More => StuckItem.MayBeMore(Items);

    /// <summary>Written only when true.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DryRun { get; init; }
}

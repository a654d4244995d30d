using System.Globalization;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;

namespace FanzQueueFunctions.Functions;

/// <summary>Lets an operator queue stuck items again: <c>POST /api/queue/reset-stuck?olderThanMinutes=5</c>.</summary>
public sealed class ResetStuckItemsFunction(IQueueProcessor processor)
{
    internal const int DefaultMinutes = 5;
    private const int MostMinutes = 10080;

    internal static readonly string MinutesRefusal = $"olderThanMinutes must be one whole number from 1 to {MostMinutes}.";

    [Function("ResetStuckItems")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "queue/reset-stuck")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!TryReadMinutes(request.Query["olderThanMinutes"], out var minutes))
            return Problems.Of(
                StatusCodes.Status400BadRequest, "olderThanMinutes is out of range", MinutesRefusal);
        if (!TryReadFlag(request.Query["dryRun"], out var dryRun))
            return Problems.Of(
                StatusCodes.Status400BadRequest, "dryRun is not a flag", "dryRun must be true or false.");

        try
        {
            return await ResetAsync(processor, minutes, dryRun, "ResetStuckItems key", reason: null, cancellationToken);
        }
        catch (QueueStoreException exception)
        {
            return Problems.Of(exception, "Stuck items were not reset");
        }
    }

    internal static bool AreInRange(int minutes) => minutes is >= 1 and <= MostMinutes;

    /// <summary>The reset itself, whichever key or principal opened the way to it.</summary>
    internal static async Task<IResult> ResetAsync(
        IQueueProcessor processor, int minutes, bool dryRun, string actor, string? reason, CancellationToken cancellationToken)
    {
        var items = await processor.ResetStuckItemsAsync(
            TimeSpan.FromMinutes(minutes), dryRun, actor, reason, cancellationToken);
        return Results.Json(
            new ResetStuckAnswer(items.Count, minutes, items) { DryRun = dryRun },
            FunctionsJson.Default.ResetStuckAnswer);
    }

    private static bool TryReadMinutes(StringValues text, out int minutes)
    {
        minutes = DefaultMinutes;
        return text.Count == 0
            || text.Count == 1
            && int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out minutes)
            && AreInRange(minutes);
    }

    private static bool TryReadFlag(StringValues text, out bool flag)
    {
        flag = false;
        return text.Count == 0 || text.Count == 1 && bool.TryParse(text[0], out flag);
    }
}

using System.Globalization;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FanzQueueFunctions.Http;

/// <summary>Lets an operator queue stuck items again: <c>POST /api/queue/reset-stuck?olderThanMinutes=5</c>.</summary>
public sealed class ResetStuckHandler(IQueueProcessor processor)
{
    private const int DefaultMinutes = 5;
    private const int MostMinutes = 10080;

    private static readonly string MinutesRefusal = $"olderThanMinutes must be one whole number from 1 to {MostMinutes}.";

    public async Task<IResult> AnswerAsync(HttpRequest request)
    {
        try
        {
            var order = new ResetBody
            {
                OlderThanMinutes = ReadMinutes(request.Query["olderThanMinutes"]),
                DryRun = ReadFlag(request.Query["dryRun"]),
            };
            return await ResetAsync(order, "ResetStuckItems key");
        }
        catch (RefusedRequestException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (QueueStoreException exception)
        {
            return Problems.Of(exception, "Stuck items were not reset");
        }
    }

    /// <summary>The reset itself, whichever key or principal opened the way to it.</summary>
    /// <exception cref="RefusedRequestException">It cannot be done as it is asked for.</exception>
    /// <exception cref="QueueStoreException">The store did not do it.</exception>
    internal async Task<IResult> ResetAsync(ResetBody order, string actor)
    {
        var minutes = order.OlderThanMinutes ?? DefaultMinutes;
        if (minutes is < 1 or > MostMinutes)
            throw new RefusedRequestException(MinutesRefusal);
        RequestText.Check("reason", order.Reason, 1000);
        // Its caller may leave: what was begun is not given up with them.
        var items = await processor.ResetStuckItemsAsync(
            TimeSpan.FromMinutes(minutes), order.DryRun, actor, order.Reason, CancellationToken.None);
        return PrivateJson.Of(
            new ResetStuckAnswer(items.Count, minutes, items) { DryRun = order.DryRun }, HttpJson.Default.ResetStuckAnswer);
    }

    private static int? ReadMinutes(StringValues text) => text switch
    {
        [] => null,
        [var one] when int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) => minutes,
        _ => throw new RefusedRequestException(MinutesRefusal),
    };

    private static bool ReadFlag(StringValues text) => text switch
    {
        [] => false,
        [var one] when bool.TryParse(one, out var flag) => flag,
        _ => throw new RefusedRequestException("dryRun must be true or false."),
    };
}

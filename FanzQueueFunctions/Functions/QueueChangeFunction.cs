using System.Text.Json;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>
/// Lets an operator change: <c>POST /api/queue/retry</c> and the others. One function, so that one key opens them all, and
/// another one than reading.
/// </summary>
public sealed class QueueChangeFunction(IQueueOperations operations, TimeProvider time)
{
    private const string Route = "queue/{verb:regex(^(retry|cancel|prune)$)}";
    private const long LargestBody = 1024 * 1024;

    /// <summary>A change that takes longer goes on when it is asked for again: proxies give up after a minute or more.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    [Function("QueueChange")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Route)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        try
        {
            _ = new QueryReader(request.Query);
            var verb = Enum.Parse<ChangeVerb>((string)request.RouteValues["verb"]!, ignoreCase: true);
            var order = ChangeOrders.Of(
                verb, await ReadBodyAsync(request, cancellationToken), "QueueChange key", ReadKey(request), time.GetUtcNow());

            // What was begun is not given up with its caller in the middle of a portion: that would only hide its answer.
            var change = await operations.ChangeAsync(order, TimeLimit, cancellationToken: cancellationToken);
            return change.Conflict
                ? Problems.Of(
                    StatusCodes.Status422UnprocessableEntity,
                    "The key belongs to another change",
                    "This Idempotency-Key was used for a change of other items. Use a new one for each change.")
                : Results.Json(change, OperationsJson.Default.Change);
        }
        catch (RefusedRequestException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (QueueStoreException exception)
        {
            return Problems.Of(exception, "The change is not finished; repeat it under its key to go on");
        }
    }

    private static string? ReadKey(HttpRequest request) => request.Headers["Idempotency-Key"] switch
    {
        [] => null,
        [var one] => one,
        _ => throw new RefusedRequestException("Idempotency-Key may be given once."),
    };

    private static async Task<ChangeBody> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
            throw new RefusedRequestException($"The body must be no larger than {LargestBody} bytes.");
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, OperationsJson.Default.ChangeBody, cancellationToken)
                ?? throw new RefusedRequestException("The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new RefusedRequestException(
                $"The body is not what a change takes, at {exception.Path ?? "$"}: see /api/queue/openapi.");
        }
    }
}

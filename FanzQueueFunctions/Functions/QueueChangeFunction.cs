using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>
/// Lets an operator change: <c>POST /api/queue/retry</c> and the others. One function, so that one key opens them all, and
/// another one than reading.
/// </summary>
public sealed class QueueChangeFunction(IQueueOperations operations, IQueueProcessor processor, TimeProvider time, EntraId entraId)
{
    private const string Route = "{verb:regex(^(retry|cancel|prune|pause|resume|limit|reset)$)}";
    private const long LargestBody = 1024 * 1024;

    /// <summary>A change that takes longer goes on when it is asked for again: proxies give up after a minute or more.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    [Function("QueueChange")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "queue/" + Route)] HttpRequest request,
        CancellationToken cancellationToken) => AnswerAsync(request, "QueueChange key", cancellationToken);

    /// <summary>The same without a key, for whoever is signed in with Microsoft Entra ID: <c>POST /api/queue/entra/retry</c>.</summary>
    [Function("QueueChangeByPrincipal")]
    public async Task<IResult> RunByPrincipalAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "queue/entra/" + Route)] HttpRequest request,
        CancellationToken cancellationToken) =>
        entraId.Admits(request, changes: true, out var principal, out var refusal)
            ? await AnswerAsync(request, principal.Name, cancellationToken)
            : refusal;

    private async Task<IResult> AnswerAsync(HttpRequest request, string actor, CancellationToken cancellationToken)
    {
        try
        {
            _ = new QueryReader(request.Query);
            var key = ReadKey(request);
            switch (((string)request.RouteValues["verb"]!).ToLowerInvariant())
            {
                case "pause":
                    var pause = await ReadBodyAsync(request, OperationsJson.Default.PauseBody, cancellationToken);
                    return await ControlAsync(ControlOrders.Of(ControlVerb.Pause, pause, actor, key), cancellationToken);
                case "resume":
                    var resume = await ReadBodyAsync(request, OperationsJson.Default.PauseBody, cancellationToken);
                    return await ControlAsync(ControlOrders.Of(ControlVerb.Resume, resume, actor, key), cancellationToken);
                case "limit":
                    var limit = await ReadBodyAsync(request, OperationsJson.Default.LimitBody, cancellationToken);
                    return await ControlAsync(ControlOrders.Of(limit, actor, key), cancellationToken);
                case "reset":
                    var reset = await ReadBodyAsync(request, OperationsJson.Default.ResetBody, cancellationToken);
                    return await ResetAsync(reset, actor, cancellationToken);
                case var verb:
                    var change = await ReadBodyAsync(request, OperationsJson.Default.ChangeBody, cancellationToken);
                    return await ChangeAsync(
                        ChangeOrders.Of(Enum.Parse<ChangeVerb>(verb, ignoreCase: true), change, actor, key, time.GetUtcNow()),
                        cancellationToken);
            }
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

    private async Task<IResult> ChangeAsync(ChangeOrder order, CancellationToken cancellationToken)
    {
        // What was begun is not given up with its caller in the middle of a portion: that would only hide its answer.
        var change = await operations.ChangeAsync(order, TimeLimit, cancellationToken: cancellationToken);
        return change.Conflict ? OfAnotherChange() : Results.Json(change, OperationsJson.Default.Change);
    }

    private async Task<IResult> ControlAsync(ControlOrder order, CancellationToken cancellationToken)
    {
        var controls = await operations.ControlAsync(order, cancellationToken);
        return controls.Conflict ? OfAnotherChange() : Results.Json(controls, OperationsJson.Default.QueueControls);
    }

    /// <summary>The same as <see cref="ResetStuckItemsFunction"/>, whose key does not open this one, nor this one's that.</summary>
    private async Task<IResult> ResetAsync(ResetBody body, string actor, CancellationToken cancellationToken)
    {
        var minutes = body.OlderThanMinutes ?? ResetStuckItemsFunction.DefaultMinutes;
        if (!ResetStuckItemsFunction.AreInRange(minutes))
            throw new RefusedRequestException(ResetStuckItemsFunction.MinutesRefusal);
        RequestText.Check("reason", body.Reason, 1000);
        return await ResetStuckItemsFunction.ResetAsync(
            processor, minutes, body.DryRun, actor, body.Reason, cancellationToken);
    }

    private static IResult OfAnotherChange() => Problems.Of(
        StatusCodes.Status422UnprocessableEntity,
        "The key belongs to another change",
        "This Idempotency-Key was used for another change. Use a new one for each change.");

    private static string? ReadKey(HttpRequest request) => request.Headers["Idempotency-Key"] switch
    {
        [] => null,
        [var one] => one,
        _ => throw new RefusedRequestException("Idempotency-Key may be given once."),
    };

    private static async Task<T> ReadBodyAsync<T>(
        HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
            throw new RefusedRequestException($"The body must be no larger than {LargestBody} bytes.");
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellationToken)
                ?? throw new RefusedRequestException("The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new RefusedRequestException(
                $"The body is not what a change takes, at {exception.Path ?? "$"}: see /api/queue/openapi.");
        }
    }
}

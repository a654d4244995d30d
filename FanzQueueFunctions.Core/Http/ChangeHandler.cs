using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Lets an operator change: <c>POST /api/queue/retry</c> and the others. One key opens them all, and it is another than that
/// which reads.
/// </summary>
public sealed class ChangeHandler(QueueOperations operations, ResetStuckHandler resetStuck, TimeProvider time, EntraId entraId)
{
    /// <summary>An order takes a few bytes; a body is never worth more memory than this.</summary>
    public const long LargestBody = 1024 * 1024;

    /// <summary>A change that takes longer goes on when it is asked for again: proxies give up after a minute or more.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    public Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, null, cancellationToken);

    /// <summary>The same without a key, for whoever is signed in with Microsoft Entra ID: <c>POST /api/queue/entra/retry</c>.</summary>
    public async Task<IResult> AnswerPrincipalAsync(HttpRequest request, CancellationToken cancellationToken) =>
        entraId.Admits(request, changes: true, out var principal, out var refusal)
            ? await AnswerAsync(request, principal.Name, cancellationToken)
            : refusal;

    /// <param name="principal">Who is signed in; null where a key opened the way.</param>
    private async Task<IResult> AnswerAsync(HttpRequest request, string? principal, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
            return Problems.TooLarge(LargestBody);
        // Counted as it is read, so that a body in chunks is no larger than others.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = LargestBody;
        try
        {
            var actor = principal ?? KeyHolder.Of(request.Headers);
            _ = new QueryReader(request.Query);
            var key = ReadKey(request);
            switch (((string)request.RouteValues["verb"]!).ToLowerInvariant())
            {
                case "pause":
                    var pause = await ReadBodyAsync(request, OperationsJson.Default.PauseBody, cancellationToken);
                    return await ControlAsync(ControlOrders.Of(ControlVerb.Pause, pause, actor, key));
                case "resume":
                    var resume = await ReadBodyAsync(request, OperationsJson.Default.PauseBody, cancellationToken);
                    return await ControlAsync(ControlOrders.Of(ControlVerb.Resume, resume, actor, key));
                case "limit":
                    var limit = await ReadBodyAsync(request, OperationsJson.Default.LimitBody, cancellationToken);
                    return await ControlAsync(ControlOrders.Of(limit, actor, key));
                case "reset":
                    var reset = await ReadBodyAsync(request, OperationsJson.Default.ResetBody, cancellationToken);
                    return await resetStuck.ResetAsync(reset, actor);
                case "retry":
                    return await ChangeAsync(ItemVerb.Retry, request, actor, key, cancellationToken);
                case "cancel":
                    return await ChangeAsync(ItemVerb.Cancel, request, actor, key, cancellationToken);
                case "prune":
                    return await ChangeAsync(ItemVerb.Prune, request, actor, key, cancellationToken);
                case "undo":
                    var undo = await ReadBodyAsync(request, OperationsJson.Default.UndoBody, cancellationToken);
                    return await ChangeAsync(ChangeOrders.Of(undo, actor, key), cancellationToken);
                case var other:
                    throw new UnreachableException($"The route lets \"{other}\" through, and nothing does it.");
            }
        }
        catch (RefusedRequestException refusal)
        {
            return Problems.Of(refusal);
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.TooLarge(LargestBody) : Problems.Of(exception);
        }
        catch (QueueStoreException exception)
        {
            return Problems.Of(exception, "The change is not finished; repeat it under its key to go on");
        }
    }

    private async Task<IResult> ChangeAsync(
        ItemVerb verb, HttpRequest request, string actor, string? key, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(request, OperationsJson.Default.ChangeBody, cancellationToken);
        return await ChangeAsync(ChangeOrders.Of(verb, body, actor, key, time.GetUtcNow()), cancellationToken);
    }

    private async Task<IResult> ChangeAsync(ChangeOrder order, CancellationToken cancellationToken)
    {
        // A caller who leaves stops it, after the portion in hand.
        var change = await operations.ChangeAsync(order, TimeLimit, cancellationToken: cancellationToken);
        return change.Conflict ? OfAnotherChange() : PrivateJson.Of(change, OperationsJson.Default.Change);
    }

    private async Task<IResult> ControlAsync(ControlOrder order)
    {
        var controls = await operations.ControlAsync(order, CancellationToken.None);
        return controls.Conflict ? OfAnotherChange() : PrivateJson.Of(controls, OperationsJson.Default.QueueControls);
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

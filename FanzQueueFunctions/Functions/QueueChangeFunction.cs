using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>
/// Lets an operator change: <c>POST /api/queue/retry</c> and the others. One function, so that one key opens them all, and
/// another one than reading.
/// </summary>
public sealed class QueueChangeFunction(ChangeHandler handler)
{
    [Function("QueueChange")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Change)] HttpRequest request,
        CancellationToken cancellationToken) => handler.AnswerAsync(request, cancellationToken);

    [Function("QueueChangeByPrincipal")]
    public Task<IResult> RunByPrincipalAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.ChangeByPrincipal)] HttpRequest request,
        CancellationToken cancellationToken) => handler.AnswerPrincipalAsync(request, cancellationToken);
}

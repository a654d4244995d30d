using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Lets an operator look: <c>GET /api/queue/overview</c> and the others. One function, so that one key opens them all.</summary>
public sealed class QueueReadFunction(ReadHandler handler)
{
    [Function("QueueRead")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Read)] HttpRequest request,
        CancellationToken cancellationToken) => handler.AnswerAsync(request, cancellationToken);

    [Function("QueueReadByPrincipal")]
    public Task<IResult> RunByPrincipalAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.ReadByPrincipal)] HttpRequest request,
        CancellationToken cancellationToken) => handler.AnswerPrincipalAsync(request, cancellationToken);
}

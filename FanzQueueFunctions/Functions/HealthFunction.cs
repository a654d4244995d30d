using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Tells platforms how the worker is: <c>GET /api/alive</c> and <c>GET /api/ready</c>.</summary>
public sealed class HealthFunction(HealthHandler handler)
{
    [Function("Alive")]
    public Task<IResult> AnswerAliveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Alive)] HttpRequest request,
        CancellationToken cancellationToken) => handler.AnswerAliveAsync(cancellationToken);

    [Function("Ready")]
    public Task<IResult> AnswerReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Ready)] HttpRequest request,
        CancellationToken cancellationToken) => handler.AnswerReadyAsync(cancellationToken);
}

using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Tells the console whether one can sign in with Microsoft Entra ID, and who has: <c>GET /api/queue/entra</c>.</summary>
public sealed class PrincipalFunction(PrincipalHandler handler)
{
    [Function("QueuePrincipal")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Principal)] HttpRequest request) =>
        handler.Answer(request);
}

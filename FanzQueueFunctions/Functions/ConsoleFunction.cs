using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Serves the operator's page: <c>GET /api/queue/console</c>, and its files below.</summary>
public static class ConsoleFunction
{
    [Function("Console")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Console)] HttpRequest request) =>
        ConsoleHandler.Answer(request);
}

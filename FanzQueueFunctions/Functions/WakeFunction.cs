using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Lets the database say that something is due: <c>POST /api/queue/wake</c>.</summary>
public sealed class WakeFunction(WakeHandler handler)
{
    [Function("Wake")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Wake)] HttpRequest request) =>
        handler.Answer();
}

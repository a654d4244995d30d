using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>
/// Lets the database say that something is due: <c>POST /api/queue/wake</c>. Answers 202 at once; however many call, there
/// is at most one run a second.
/// </summary>
public sealed class WakeFunction(WakeRuns runs)
{
    [Function("Wake")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Function, "post", Route = "queue/wake")] HttpRequest request)
    {
        runs.Wake();
        return Results.Accepted();
    }
}

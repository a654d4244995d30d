using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Lets the database say that something is due: <c>POST /api/queue/wake</c>. Answers 202 at once; however many call, there
/// is at most one run a second.
/// </summary>
public sealed class WakeHandler(WakeRuns runs)
{
    public IResult Answer()
    {
        runs.Wake();
        return Results.Accepted();
    }
}

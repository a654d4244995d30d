using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Functions;

/// <summary>Lets an operator queue stuck items again: <c>POST /api/queue/reset-stuck?olderThanMinutes=5</c>.</summary>
public sealed class ResetStuckItemsFunction(ResetStuckHandler handler)
{
    [Function("ResetStuckItems")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.ResetStuck)] HttpRequest request) =>
        handler.AnswerAsync(request);
}

using System.Text.Json;
using FanzQueueFunctions.Standalone.Timers;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// <c>POST /admin/functions/{name}</c>: runs a timer by hand. The run is made in the background, behind one that is
/// under way; the body must be JSON, as the Functions host asks, and nothing of it is used: a timer takes no input.
/// </summary>
internal sealed class AdminEndpoint(FunctionKeys keys, TimerListener timers)
{
    public const string Route = "/admin/functions/{name}";

    public async Task AnswerAsync(HttpContext context) =>
        context.Response.StatusCode = await StatusOfAsync(context.Request);

    private async Task<int> StatusOfAsync(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
            return StatusCodes.Status404NotFound;
        var level = keys.LevelOf(request);
        if (level != KeyLevel.Master)
            return level == KeyLevel.Host ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
        if (!request.HasJsonContentType())
            return StatusCodes.Status415UnsupportedMediaType;
        if (!await IsJsonAsync(request))
            return StatusCodes.Status400BadRequest;
        if (timers.Find((string)request.RouteValues["name"]!) is not { } timer)
            return StatusCodes.Status404NotFound;
        return timer.Fire() ? StatusCodes.Status202Accepted : StatusCodes.Status503ServiceUnavailable;
    }

    private static async Task<bool> IsJsonAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(
                request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

using System.Text.Json;
using FanzQueueFunctions.Standalone.Timers;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// <c>POST /admin/functions/{name}</c>: runs a timer by hand. The run is made in the background, behind one that is
/// under way; the body must be JSON, as the Functions host asks, and nothing of it is used: a timer takes no input.
/// </summary>
internal static class RunNow
{
    public static async Task<IResult> AnswerAsync(string name, HttpRequest request, FunctionKeys keys, KeyGuesses guesses, TimerService timers)
    {
        var level = keys.LevelOf(request);
        if (level == KeyLevel.None)
            await guesses.WaitAsync(request.HttpContext);
        if (level != KeyLevel.Master)
            return Results.StatusCode(level == KeyLevel.Host ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized);
        if (!request.HasJsonContentType())
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        if (!await IsJsonAsync(request))
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        if (timers.Find(name) is not { } timer)
            return Results.NotFound();
        return timer.Fire() ? Results.Accepted() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
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

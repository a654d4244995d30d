using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// <c>GET /healthz</c>, for whatever keeps the process running: 503 where one of the app's health checks says
/// unhealthy, else 200, also where it has none. No key, no body.
/// </summary>
internal static class HealthEndpoint
{
    public const string Route = "/healthz";

    public static async Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (context.RequestServices.GetService<HealthCheckService>() is { } checks &&
            (await checks.CheckHealthAsync(context.RequestAborted)).Status == HealthStatus.Unhealthy)
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }
}

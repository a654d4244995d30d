using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Tells platforms how the process is: <c>GET /api/alive</c> (its timers make runs; else start it again) and
/// <c>GET /api/ready</c> (the database answers, too). 200 or 503, no key. Anybody may ask, so no reason is given.
/// </summary>
public sealed class HealthHandler(HealthCheckService checks)
{
    public Task<IResult> AnswerAliveAsync(CancellationToken cancellationToken) => AnswerAsync(HealthTags.Alive, cancellationToken);

    public Task<IResult> AnswerReadyAsync(CancellationToken cancellationToken) => AnswerAsync(HealthTags.Ready, cancellationToken);

    private async Task<IResult> AnswerAsync(string tag, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), cancellationToken);
        var isWell = report.Status != Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy;
        return Results.Json(
            new HealthAnswer(isWell ? tag : $"not {tag}", AppVersion.Text),
            HttpJson.Default.HealthAnswer,
            statusCode: isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <param name="Status">What was asked for, or that it is not so.</param>
/// <param name="Version">The app's.</param>
public sealed record HealthAnswer(string Status, string Version);

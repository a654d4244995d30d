using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Tells the console whether one can sign in with Microsoft Entra ID, and who has: <c>GET /api/queue/entra</c>. No key is
/// asked for, and nothing of the queue is told.
/// </summary>
public sealed class PrincipalHandler(EntraId entraId)
{
    public IResult Answer(HttpRequest request)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var principal = entraId.PrincipalOf(request);
        return PrivateJson.Of(
            new SignIn(
                entraId.IsOn,
                principal?.Name,
                principal is not null && entraId.MayRead(principal),
                principal is not null && entraId.MayChange(principal)),
            HttpJson.Default.SignIn);
    }
}

/// <summary>Whether one can sign in, and who has.</summary>
/// <param name="Name">Null where nobody has.</param>
internal sealed record SignIn(bool IsOn, string? Name, bool MayRead, bool MayChange);

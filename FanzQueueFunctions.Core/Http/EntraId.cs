using System.Diagnostics.CodeAnalysis;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Microsoft Entra ID in front of the app (App Service Authentication, "EasyAuth"): who has signed in there may do what
/// their role says, without a key. Only in Azure and only where the platform says that it is on: anywhere else the headers
/// are those of whoever sends the request, and are not even read.
/// </summary>
/// <param name="IsOn">Whether the platform stands in front of this app and sets the headers.</param>
/// <param name="ReadRole"><c>Queue__ReadRole</c>: the app role that may look.</param>
/// <param name="ChangeRole"><c>Queue__ChangeRole</c>: the app role that may look and change.</param>
public sealed record EntraId(bool IsOn, string ReadRole, string ChangeRole)
{
    private const string DefaultReadRole = "Queue.Read";
    private const string DefaultChangeRole = "Queue.Change";

    /// <summary>For a head that has nothing in front of it, whatever its environment says.</summary>
    public static EntraId Off { get; } = new(IsOn: false, DefaultReadRole, DefaultChangeRole);

    /// <summary>For the Functions host's worker.</summary>
    public static EntraId Read(IConfiguration configuration) => new(
        // Both are the platform's own: the first says that the feature is on, the second that this is Azure.
        bool.TryParse(configuration.ReadText("WEBSITE_AUTH_ENABLED"), out var isEnabled) && isEnabled
            && configuration.ReadText("WEBSITE_SITE_NAME") is not null,
        Role(configuration.ReadText("Queue:ReadRole"), DefaultReadRole),
        Role(configuration.ReadText("Queue:ChangeRole"), DefaultChangeRole));

    /// <summary>Who is signed in; null where nobody is, or where it cannot be known.</summary>
    internal Principal? PrincipalOf(HttpRequest request) => IsOn ? Principal.Of(request.Headers) : null;

    internal bool MayRead(Principal principal) => principal.Roles.Contains(ReadRole) || MayChange(principal);

    internal bool MayChange(Principal principal) => principal.Roles.Contains(ChangeRole);

    /// <summary>Whether a request without a key may be served.</summary>
    /// <param name="changes">Whether it asks for a change.</param>
    /// <param name="principal">Whose request it is, where it may.</param>
    /// <param name="refusal">What to answer, where it may not.</param>
    internal bool Admits(
        HttpRequest request, bool changes, [NotNullWhen(true)] out Principal? principal, [NotNullWhen(false)] out IResult? refusal)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        principal = PrincipalOf(request);
        refusal = RefusalOf(request, changes, principal);
        return refusal is null;
    }

    private IResult? RefusalOf(HttpRequest request, bool changes, Principal? principal)
    {
        if (!IsOn)
            return Problems.Of(
                StatusCodes.Status404NotFound,
                "Not found",
                "Nobody signs in with Microsoft Entra ID here. Use the same address without /entra, and a key.");
        if (principal is null)
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "Nobody is signed in", "Sign in with Microsoft Entra ID: /.auth/login/aad.");
        if (!MayRead(principal))
            return Problems.Of(StatusCodes.Status403Forbidden, "Not allowed", $"It takes the app role {ReadRole} or {ChangeRole}.");
        if (!changes)
            return null;
        if (!MayChange(principal))
            return Problems.Of(StatusCodes.Status403Forbidden, "Not allowed", $"It takes the app role {ChangeRole}.");
        if (!request.HasJsonContentType())
            return Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, "Not JSON", "A change is sent with the content type application/json.");
        return IsFromElsewhere(request)
            ? Problems.Of(
                StatusCodes.Status403Forbidden,
                "From elsewhere",
                "A change is taken from the app's own page, or from a program that is no browser.")
            : null;
    }

    /// <summary>
    /// Who is signed in is so on requests, too, that a page from elsewhere makes their browser send. Every browser of today
    /// says where a request comes from in Sec-Fetch-Site, an older one in Origin; a program says neither.
    /// </summary>
    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers.TryGetValue("Sec-Fetch-Site", out var site) ? site != "same-origin"
        : request.Headers.TryGetValue("Origin", out var origin)
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var address)
                && address.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private static string Role(string? given, string otherwise) => string.IsNullOrWhiteSpace(given) ? otherwise : given.Trim();
}

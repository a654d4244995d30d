using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Serves the operator's page: <c>GET /api/queue/console</c>, and its files below. They hold no data, so no key is asked
/// for; the page asks its operator for one and sends it with each request for data.
/// </summary>
public static class ConsoleHandler
{
    // Nothing inline, nothing from elsewhere, in nobody's frame; no text becomes markup (trusted types).
    private const string Policy =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'";

    public static IResult Answer(HttpRequest request)
    {
        var path = (string?)request.RouteValues["path"];
        // The page's addresses are relative to a name without a slash at its end.
        if (string.IsNullOrEmpty(path) && request.Path.Value!.EndsWith('/'))
            return Results.Redirect("../console");
        return string.IsNullOrEmpty(path)
            ? Answer(request, ConsoleFiles.All.Shell(IsOpenedHere(request)), "no-store")
            : ConsoleFiles.All.Find(path) is { } file
                ? Answer(request, file, "public, max-age=31536000, immutable")
                : Results.NotFound();
    }

    // Said by the browser; one that says nothing is not trusted to know.
    private static bool IsOpenedHere(HttpRequest request) => (string?)request.Headers["Sec-Fetch-Site"] is "same-origin" or "none";

    private static IResult Answer(HttpRequest request, ConsoleFile file, string caching)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = caching;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.Vary = "Accept-Encoding";
        if (!request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return Results.Stream(
                new GZipStream(new MemoryStream(file.Compressed), CompressionMode.Decompress), file.ContentType);
        headers.ContentEncoding = "gzip";
        return Results.Bytes(file.Compressed, file.ContentType);
    }
}

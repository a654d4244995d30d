using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>The description of the operator's endpoints (OpenAPI 3.1), from the file beside this one.</summary>
internal static class OpenApi
{
    public static IResult Answer()
    {
        var document = typeof(OpenApi).Assembly.GetManifestResourceStream("openapi.json")!;
        return Results.Stream(document, "application/vnd.oai.openapi+json;version=3.1; charset=utf-8");
    }
}

using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>JSON for whoever has the key or is signed in: nothing between may store it, no browser may take it for something else.</summary>
internal static class PrivateJson
{
    /// <param name="status">Null for 200.</param>
    public static IResult Of<T>(T value, JsonTypeInfo<T> type, string? contentType = null, int? status = null) =>
        new Private(Results.Json(value, type, contentType, status), value, status);

    /// <summary>The same headers for an answer that is written otherwise.</summary>
    public static void Mark(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
    }

    private sealed class Private(IResult answer, object? value, int? status) : IResult, IStatusCodeHttpResult, IValueHttpResult
    {
        public int? StatusCode => status;

        public object? Value => value;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            Mark(httpContext.Response);
            return answer.ExecuteAsync(httpContext);
        }
    }
}

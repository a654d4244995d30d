using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>JSON for whoever has the key or is signed in: nothing between may store it, no browser may take it for something else.</summary>
internal static class PrivateJson
{
    /// <param name="status">Null for 200.</param>
    public static IResult Of<T>(T value, JsonTypeInfo<T> type, string? contentType = null, int? status = null) =>
        new Private(Results.Json(value, type, contentType, status), value, status);

    private sealed class Private(IResult answer, object? value, int? status) : IResult, IStatusCodeHttpResult, IValueHttpResult
    {
        public int? StatusCode => status;

        public object? Value => value;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            headers.CacheControl = "no-store";
            headers.XContentTypeOptions = "nosniff";
            return answer.ExecuteAsync(httpContext);
        }
    }
}

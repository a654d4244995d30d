using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Http;

/// <summary>Answers that say what is wrong: problem documents.</summary>
internal static class Problems
{
    public static IResult Of(int status, string title, string detail, bool isTransient = false) =>
        PrivateJson.Of(
            new Problem(title, status, detail, isTransient),
            HttpJson.Default.Problem,
            contentType: "application/problem+json; charset=utf-8",
            status: status);

    /// <summary>413: the body is longer than any order; the head that has read so much reads no more.</summary>
    public static IResult TooLarge(long most) => Of(
        StatusCodes.Status413PayloadTooLarge, "The request was refused", $"The body must be no larger than {most} bytes.");

    /// <summary>What the server itself refused while it read the body: it is too large, or broke off.</summary>
    public static IResult Of(BadHttpRequestException exception) =>
        Of(exception.StatusCode, "The request was refused", exception.Message);

    /// <summary>400: the request is at fault.</summary>
    public static IResult Of(RefusedRequestException refusal) =>
        Of(StatusCodes.Status400BadRequest, "The request was refused", refusal.Message);

    /// <summary>
    /// 400 where the database did not understand a value (SQLSTATE class 22), 503 where the same request may succeed later,
    /// else 500.
    /// </summary>
    public static IResult Of(QueueStoreException exception, string title) =>
        exception.Code?.StartsWith("22", StringComparison.Ordinal) == true
            ? Of(
                StatusCodes.Status400BadRequest,
                "The request was refused",
                $"A value of the request was not understood by the database (SQLSTATE {exception.Code}).")
            : Of(
                exception.IsTransient ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
                title,
                exception.Message,
                exception.IsTransient);
}

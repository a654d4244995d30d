using System.Text.Json;
using System.Text.Json.Serialization;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// What a failed REST call means, told by status, PostgREST's code and SQLSTATE, never by text
/// (https://docs.postgrest.org/en/stable/references/errors.html).
/// </summary>
internal static partial class RestErrors
{
    private const int LongestBody = 16 * 1024;

    /// <summary>An answer other than 200.</summary>
    public static async Task<QueueStoreException> FromAsync(
        HttpResponseMessage response, string host, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var body = await ReadBodyAsync(response, cancellationToken);
        var code = body?.Code;
        var retryAfter = RetryAfter(response);

        // A SQLSTATE, as PostgreSQL raised it.
        if (code is { Length: 5 } && !code.StartsWith("PT", StringComparison.Ordinal))
            return SqlStateErrors.From(code, body!.Message ?? "", retryAfter: retryAfter);

        var (error, advice) = code switch
        {
            "PGRST202" or "PGRST203" => (
                QueueStoreError.NotMigrated,
                "Apply the migrations in supabase/migrations (supabase db push --remote). Where that was done, the API has not seen them " +
                "yet: notify pgrst, 'reload schema'."),
            "PGRST301" or "PGRST302" => WrongKey,
            "PGRST303" => (
                QueueStoreError.WrongCredentials,
                "The key is a token that has run out: set SUPABASE_SERVICE_ROLE_KEY to the project's current key."),
            // PostgREST answers so when its connection is torn away in the middle of a call.
            "" when status == 400 => (QueueStoreError.Unreachable, "The API lost its database in the middle of the call; it may pass."),
            "PGRST000" or "PGRST001" or "PGRST002" => (
                QueueStoreError.Unreachable, "The API cannot reach its database; it may pass. See the project's status."),
            "PGRST003" => (
                QueueStoreError.Busy, "The API has no free connection: use fewer workers, or a larger pool."),
            _ => status switch
            {
                401 => WrongKey,
                402 => (QueueStoreError.Refused, "The project's quota is used up, or a payment is due: see its dashboard."),
                540 => (QueueStoreError.Refused, "The project is paused: resume it in its dashboard."),
                403 => (
                    QueueStoreError.NotPermitted, "Set SUPABASE_SERVICE_ROLE_KEY to the project's service_role key."),
                404 => (QueueStoreError.Refused, "See whether SUPABASE_URL is the URL of the project."),
                408 => (QueueStoreError.Timeout, "It may pass."),
                429 => (QueueStoreError.Busy, "Too many requests: poll less often, or use larger batches."),
                >= 500 => (QueueStoreError.Unreachable, "It may pass. See the project's status."),
                >= 300 and < 400 => (
                    QueueStoreError.Refused, "It redirects: set SUPABASE_URL to the address that it leads to."),
                >= 200 and < 300 => (
                    QueueStoreError.MalformedAnswer, "That is not what the functions answer. See whether SUPABASE_URL is right."),
                _ => (
                    QueueStoreError.Refused,
                    "A fault of the app or of the schema: compare supabase/migrations with the database."),
            },
        };
        var said = body?.Message is { Length: > 0 } message ? $" \"{OneLine.Of(message).TrimEnd('.')}\"" : "";
        return new QueueStoreException(
            error, $"{host} answered {status}{(string.IsNullOrEmpty(code) ? "" : $" {code}")}{said}. {advice}")
        {
            Code = code,
            RetryAfter = retryAfter,
        };
    }

    /// <summary>No answer, or one that broke off or could not be read.</summary>
    /// <param name="proxy">The proxy between, where there is one.</param>
    public static QueueStoreException From(Exception exception, string host, string? proxy = null) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => new(
            QueueStoreError.Unreachable,
            $"The proxy {proxy} does not lead to {host}. See HTTPS_PROXY and NO_PROXY, and what the proxy lets through.",
            exception),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
        } when proxy is not null => new(
            QueueStoreError.Unreachable,
            $"No connection to the proxy {proxy}, through which {host} is asked. See HTTPS_PROXY and NO_PROXY.",
            exception),
        JsonException => new(
            QueueStoreError.MalformedAnswer,
            $"{host} answered something else than this app reads. Apply the migrations of this version, and see whether " +
            "SUPABASE_URL is right.",
            exception),
        InvalidDataException => new(
            QueueStoreError.Unreachable, $"{host} sent an answer whose compression is damaged; it may pass.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(
            QueueStoreError.Unreachable, $"No address was found for {host}. See whether SUPABASE_URL is right.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(
            QueueStoreError.Unreachable, $"No secure connection to {host}: see its certificate and this machine's clock.",
            exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(
            QueueStoreError.Unreachable, $"{host} refused the connection. See whether the project runs.", exception),
        HttpRequestException or IOException => new(
            QueueStoreError.Unreachable, $"The connection to {host} broke off; it may pass.", exception),
        _ => QueueStoreException.Unforeseen(host, exception),
    };

    /// <summary>An answer that was cut or damaged on its way, or is somebody else's.</summary>
    public static QueueStoreException NotJson(string host, Exception exception) => new(
        QueueStoreError.Unreachable, $"{host} sent an answer that was cut or is not JSON; it may pass.", exception);

    private static (QueueStoreError, string) WrongKey => (
        QueueStoreError.WrongCredentials,
        "The key was refused: set SUPABASE_SERVICE_ROLE_KEY to the project's current service_role or sb_secret_ key.");

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - DateTimeOffset.UtcNow;
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <returns>Null where the body is not PostgREST's: a gateway in front of it answers in HTML.</returns>
    private static async Task<ErrorBody?> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestBody, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, ErrorJson.Default.ErrorBody);
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    internal sealed record ErrorBody(
        [property: JsonPropertyName("code")] string? Code, [property: JsonPropertyName("message")] string? Message);

    [JsonSerializable(typeof(ErrorBody))]
    internal sealed partial class ErrorJson : JsonSerializerContext;
}

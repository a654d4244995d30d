using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>An error that PostgREST answers with: its HTTP status, and the four members of its JSON body.</summary>
/// <remarks>Statuses and codes: https://docs.postgrest.org/en/v14/references/errors.html</remarks>
internal sealed class PostgrestException(
    int status, string code, string message, string? details = null, string? hint = null) : Exception(message)
{
    private static readonly JsonWriterOptions AsWritten =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Code => code;

    private string? Challenge { get; init; }

    public static PostgrestException ConnectionLost() =>
        new(503, "PGRST001", "Database client error. Retrying the connection.", "no connection to the server\n");

    public static PostgrestException CannotConnect(string reason) =>
        new(503, "PGRST000", "Database connection error.", reason);

    public static PostgrestException NoSchemaCache() =>
        new(503, "PGRST002", "Could not query the database for the schema cache. Retrying.");

    public static PostgrestException NoFreeConnection() =>
        new(504, "PGRST003", "Timed out acquiring connection from connection pool.");

    public static PostgrestException InvalidBody(string message) => new(400, "PGRST102", message);

    public static PostgrestException TokenRequired() =>
        new(401, "PGRST302", "Anonymous access is disabled") { Challenge = "Bearer" };

    public static PostgrestException Undecodable(string message, string? details = null) =>
        InvalidToken("PGRST301", message, details);

    public static PostgrestException InvalidClaims(string message) => InvalidToken("PGRST303", message, null);

    /// <summary>What is part of PostgREST and not of the stand-in is refused, never answered wrongly.</summary>
    public static PostgrestException NotOffered(string what) =>
        new(501, "STANDIN", $"The stand-in for PostgREST does not do {what}.");

    /// <summary>What the database refused.</summary>
    /// <param name="error">The database's error.</param>
    /// <param name="anonymous">Whether the caller came without a role of its own.</param>
    public static PostgrestException From(PostgresException error, bool anonymous)
    {
        var status = Status(error, anonymous);
        return new(status, error.SqlState, error.MessageText, error.Detail, error.Hint)
        {
            Challenge = status is 401 ? "Bearer" : null,
        };
    }

    public Answer ToAnswer()
    {
        var answer = new Answer(status)
        {
            ContentType = Answer.Json,
            Body = Body(),
            Headers = [("Proxy-Status", $"PostgREST; error={code}")],
        };
        if (Challenge is not null)
            answer.Headers.Add(("WWW-Authenticate", Challenge));
        if (status is 503)
            answer.Headers.Add(("Retry-After", "0"));
        return answer;
    }

    private static PostgrestException InvalidToken(string code, string message, string? details) =>
        new(401, code, message, details)
        {
            Challenge = $"""Bearer error="invalid_token", error_description="{message}" """.TrimEnd(),
        };

    private static int Status(PostgresException error, bool anonymous) => error.SqlState switch
    {
        "21000" when error.MessageText.EndsWith("requires a WHERE clause", StringComparison.Ordinal) => 400,
        "22023" when IsMissingRole(error.MessageText) => 401,
        "23503" or "23505" => 409,
        "25006" => 405,
        "42501" => anonymous ? 401 : 403,
        "42883" or "42P01" => 404,
        "42P17" => 500,
        "53400" => 500,
        "57P01" => 503,
        "P0001" => 400,
        ['P', 'T', .. var own] => int.TryParse(own, NumberStyles.None, null, out var status) ? status : 500,
        ['0', '8', ..] or ['5', '3', ..] => 503,
        ['0', 'L', ..] or ['0', 'P', ..] or ['2', '8', ..] => 403,
        ['0', '9', ..] or ['2', '1', ..] or ['2', '5', ..] or ['2', 'D', ..] or ['3', '8' or '9' or 'B', ..] => 500,
        ['4', '0', ..] or ['5', '4' or '5' or '7' or '8', ..] => 500,
        ['F', '0', ..] or ['H', 'V', ..] or ['P', '0', ..] or ['X', 'X', ..] => 500,
        _ => 400,
    };

    private static bool IsMissingRole(string message) =>
        message.StartsWith("role", StringComparison.Ordinal) &&
        message.EndsWith("does not exist", StringComparison.Ordinal);

    private byte[] Body()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, AsWritten))
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteString("details", details);
            json.WriteString("hint", hint);
            json.WriteString("message", Message);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>How the arguments of a call came.</summary>
internal enum ArgumentFormat
{
    /// <summary>A JSON object, or an array whose first object counts: its members are the arguments.</summary>
    JsonBody,

    /// <summary>The query of a GET: no function may take it as a whole.</summary>
    Query,

    /// <summary>A form: as JSON, but no function may take it as a whole.</summary>
    Form,

    Text,
    Binary,
    Xml,
}

/// <summary>A call's arguments: their names, and the document that the database takes their values from.</summary>
internal sealed record Arguments(
    ArgumentFormat Format, IReadOnlySet<string> Names, bool IsArray, ReadOnlyMemory<byte> Document)
{
    // Deeper than any sane document, and less than what PostgreSQL's parser takes.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    private static readonly Arguments None =
        new(ArgumentFormat.JsonBody, new HashSet<string>(), IsArray: false, "{}"u8.ToArray());

    /// <summary>The types of an unnamed argument that takes the whole body in this format.</summary>
    public IReadOnlyCollection<string> BodyTypes => Format switch
    {
        ArgumentFormat.JsonBody => ["json", "jsonb"],
        ArgumentFormat.Text => ["text"],
        ArgumentFormat.Binary => ["bytea"],
        ArgumentFormat.Xml => ["xml"],
        _ => [],
    };

    /// <summary>Whether the body can only be taken whole.</summary>
    public bool IsWholeBody => Format is ArgumentFormat.Text or ArgumentFormat.Binary or ArgumentFormat.Xml;

    /// <exception cref="PostgrestException">The body is not what its type says, or that is not served.</exception>
    public static Arguments Of(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (!HttpMethods.IsPost(request.Method))
            return FromPairs(ArgumentFormat.Query, request.Query.Select(pair => (pair.Key, pair.Value.ToString())));

        var contentType = request.ContentType ?? "";
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end].TrimEnd()).ToLowerInvariant() switch
        {
            "" or "application/json" => FromJson(body),
            "application/x-www-form-urlencoded" => FromPairs(ArgumentFormat.Form,
                QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Span))
                    .Select(pair => (pair.Key, pair.Value.ToString()))),
            "text/plain" => Whole(ArgumentFormat.Text, body),
            "application/octet-stream" => Whole(ArgumentFormat.Binary, body),
            "text/xml" => Whole(ArgumentFormat.Xml, body),
            var other => throw PostgrestException.InvalidBody($"Content-Type not acceptable: {other}"),
        };
    }

    private static Arguments Whole(ArgumentFormat format, ReadOnlyMemory<byte> body) =>
        new(format, new HashSet<string>(), IsArray: false, body);

    private static Arguments FromPairs(ArgumentFormat format, IEnumerable<(string Name, string Value)> pairs)
    {
        var names = new HashSet<string>();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in pairs)
            {
                names.Add(name);
                json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        return new Arguments(format, names, IsArray: false, buffer.WrittenMemory);
    }

    // One pass over the body, without a tree: checks what PostgREST's parser would refuse, and collects the names.
    private static Arguments FromJson(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return None;
        if (!Utf8.IsValid(body.Span))
            throw PostgrestException.InvalidBody("Empty or invalid json");

        var names = new HashSet<string>();
        var isArray = false;
        try
        {
            var json = new Utf8JsonReader(body.Span, Deep);
            json.Read();
            isArray = json.TokenType is JsonTokenType.StartArray;
            var depthOfNames = isArray ? 2 : 1;
            var inFirst = true;
            do
            {
                if (json.TokenType is JsonTokenType.EndObject && json.CurrentDepth == depthOfNames - 1)
                    inFirst = false;
                if (json.TokenType is JsonTokenType.PropertyName && json.CurrentDepth == depthOfNames && inFirst)
                    names.Add(json.GetString()!);
                else if (json.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && json.ValueIsEscaped)
                    Unescape(json);
            }
            while (json.Read());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw PostgrestException.InvalidBody("Empty or invalid json");
        }
        return new Arguments(ArgumentFormat.JsonBody, names, isArray, body);
    }

    // The reader does not look into escapes unless asked; half a surrogate pair throws here.
    private static void Unescape(in Utf8JsonReader json)
    {
        if (json.ValueSpan.IndexOf("\\u"u8) < 0)
            return;
        var scratch = ArrayPool<byte>.Shared.Rent(json.ValueSpan.Length);
        try
        {
            json.CopyString(scratch);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }
}

using System.Text;
using System.Text.Json;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>One exchange with a real PostgREST, as <c>exchanges.jsonl</c> has it.</summary>
public sealed record Exchange(string Section, string Name, RecordedRequest Request, RecordedResponse Response)
{
    private static readonly string[] HeadersThatMatter =
        ["Content-Type", "Content-Range", "Proxy-Status", "WWW-Authenticate", "Retry-After"];

    /// <summary>All of them, in the order in which they were recorded.</summary>
    public static IReadOnlyList<Exchange> All { get; } =
        [.. File.ReadLines(
                Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Tests", "Postgrest", "exchanges.jsonl"))
            .Select(line => JsonSerializer.Deserialize<Exchange>(line, JsonSerializerOptions.Web)!)];

    /// <summary>What was answered, in one text that can be compared.</summary>
    public string Recorded => Text(Response.Status, Response.Headers.GetValueOrDefault, Response.Body);

    /// <summary>Sends the same request, and gives what is answered now in the same form.</summary>
    public async Task<string> SendAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(new HttpMethod(Request.Method), Request.Path);
        if (Request.Method is "POST" or "PATCH")
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Request.Body));
        foreach (var (name, value) in Request.Headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        // Two that were recorded without what makes them what they are.
        if (Name is "chunked request body")
            request.Headers.TransferEncodingChunked = true;
        if (Name is "CORS preflight")
            request.Headers.Add("Access-Control-Request-Method", "POST");

        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        return Text((int)response.StatusCode, name => Header(response, name), Encoding.UTF8.GetString(body));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ||
        response.Content.Headers.NonValidated.TryGetValues(name, out values) ? values.ToString() : null;

    private static string Text(int status, Func<string, string?> header, string body)
    {
        var text = new StringBuilder().Append(status).Append('\n');
        foreach (var name in HeadersThatMatter)
            if (header(name) is { } value)
                text.Append(name).Append(": ").Append(value).Append('\n');
        return text.Append('\n').Append(body).ToString();
    }
}

public sealed record RecordedRequest(string Method, string Path, Dictionary<string, string> Headers, string Body);

public sealed record RecordedResponse(int Status, Dictionary<string, string> Headers, string Body);

using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// The SQL functions over Supabase's REST API: <c>POST /rest/v1/rpc/{function}</c> with named arguments
/// (https://docs.postgrest.org/en/stable/references/api/functions.html).
/// </summary>
internal sealed class RestTransport(HttpClient client) : IQueueTransport
{
    public string Description => client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <summary>A client for one Supabase project, its connections pooled and renewed so that a change of DNS is seen.</summary>
    public static HttpClient CreateClient(SupabaseProject project)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            // Nobody's proxy leads to this machine.
            UseProxy = !project.RpcUrl.IsLoopback,
        })
        {
            BaseAddress = project.RpcUrl,
            // StoreResilience limits each try.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Add("apikey", project.Key);
        if (!project.HasOpaqueKey)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", project.Key);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("FanzQueueFunctions");
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return client;
    }

    public async Task<T> CallAsync<T>(
        string function, IReadOnlyList<Argument> arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, function) { Content = Body(arguments) };
            using var response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                throw await RestErrors.FromAsync(response, Description, cancellationToken);

            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            try
            {
                return Answer.Checked(JsonSerializer.Deserialize(answer, result), function);
            }
            catch (JsonException exception) when (!IsJson(answer))
            {
                throw RestErrors.NotJson(Description, exception);
            }
        }
        catch (Exception exception) when (exception is not (QueueStoreException or OperationCanceledException))
        {
            throw RestErrors.From(exception, Description, ProxyTo(client.BaseAddress!));
        }
    }

    /// <returns>The proxy that the environment names for the address, without who signs in there; null where there is none.</returns>
    private static string? ProxyTo(Uri address) =>
        address.IsLoopback || HttpClient.DefaultProxy.IsBypassed(address)
            ? null
            : HttpClient.DefaultProxy.GetProxy(address)?.GetComponents(UriComponents.HostAndPort, UriFormat.UriEscaped);

    // What is no JSON was cut or damaged on its way, or is a page of some gateway's. What is, and cannot be read, comes again.
    private static bool IsJson(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ByteArrayContent Body(IReadOnlyList<Argument> arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in arguments)
            {
                writer.WritePropertyName(name);
                switch (value)
                {
                    case null:
                        writer.WriteNullValue();
                        break;
                    case Guid id:
                        writer.WriteStringValue(id);
                        break;
                    case int number:
                        writer.WriteNumberValue(number);
                        break;
                    case bool flag:
                        writer.WriteBooleanValue(flag);
                        break;
                    case string text:
                        writer.WriteStringValue(text);
                        break;
                    case DateTimeOffset moment:
                        writer.WriteStringValue(moment);
                        break;
                    case Json json:
                        writer.WriteRawValue(json.Utf8.Span, skipInputValidation: true);
                        break;
                    default:
                        throw new ArgumentException($"Argument {name} is a {value.GetType()}, which has no JSON form here.");
                }
            }

            writer.WriteEndObject();
        }

        // The exact length, not chunked: gateways buffer the other.
        var content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}

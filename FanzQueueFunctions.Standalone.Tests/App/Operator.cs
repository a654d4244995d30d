using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The app with nothing due, and an operator who holds one key to read and another to change.</summary>
internal sealed class Operator : IAsyncDisposable
{
    public const string ReadKey = "the-key-to-read";
    public const string ChangeKey = "the-key-to-change";

    private readonly AppProcess _app;

    private Operator(AppProcess app, HttpClient client) => (_app, Client) = (app, client);

    public HttpClient Client { get; }

    public bool AppHasExited => _app.HasExited;

    public static async Task<Operator> OfAsync(TestDatabase database)
    {
        var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "0 0 0 29 2 *"),
            // A reset and a retry give hints.
            ("Queue__Wake", "false"),
            ("FUNCTIONS_KEY_QueueRead", ReadKey),
            ("FUNCTIONS_KEY_QueueChange", ChangeKey));
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        return new(app, new HttpClient(handler) { BaseAddress = await app.AddressAsync() });
    }

    /// <param name="path">Below <c>/api/queue/</c>.</param>
    public Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(string path, string? key = ReadKey) =>
        SendAsync(HttpMethod.Get, path, body: null, key);

    /// <param name="path">Below <c>/api/queue/</c>.</param>
    /// <param name="idempotencyKey">Null for none.</param>
    public Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(
        string path, string body, string? key = ChangeKey, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, path, body, key, idempotencyKey);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task<(HttpStatusCode, JsonNode?)> SendAsync(
        HttpMethod method, string path, string? body, string? key, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/queue/{path}");
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}

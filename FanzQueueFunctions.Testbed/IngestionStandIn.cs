using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Testbed;

/// <summary>A stand-in for Application Insights' ingestion: takes all that comes and keeps it.</summary>
public sealed class IngestionStandIn : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _paths = [];
    private readonly ConcurrentQueue<string> _bodies = [];
    private readonly WebApplication _web;

    private IngestionStandIn()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.Run(KeepAsync);
    }

    /// <summary>The settings that lead the app here, and have it send every trace.</summary>
    public IReadOnlyList<(string Name, string? Value)> Settings
    {
        get
        {
            var address = _web.Urls.Single();
            return
            [
                ("APPLICATIONINSIGHTS_CONNECTION_STRING",
                    $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={address}/;LiveEndpoint={address}/"),
                ("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true"),
                // By default a few traces a second are sent, and the one that a test looks for may be left out.
                ("ApplicationInsights__TracesPerSecond", "1000000"),
                ("ApplicationInsights__EnableQuickPulseMetricStream", "false"),
            ];
        }
    }

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyCollection<string> Paths => [.. _paths];

    /// <summary>All that was sent, as JSON, one item a line.</summary>
    public string Sent => string.Join('\n', _bodies);

    /// <summary>The items that were sent.</summary>
    public IReadOnlyList<SentItem> Items =>
        [.. Sent.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(item => SentItem.Of(JsonNode.Parse(item)!))];

    /// <summary>The values that the items have for a tag, each once; null where one has none.</summary>
    public IReadOnlyList<string?> Tags(string name) => [.. Items.Select(item => (string?)item.Tags?[name]).Distinct()];

    public static async Task<IngestionStandIn> StartAsync()
    {
        var ingestion = new IngestionStandIn();
        await ingestion._web.StartAsync();
        return ingestion;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task KeepAsync(HttpContext context)
    {
        await using var body = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using var reader = new StreamReader(body);
        _bodies.Enqueue(await reader.ReadToEndAsync());
        _paths.Enqueue(context.Request.Path);
        await context.Response.WriteAsync("""{"itemsReceived":1,"itemsAccepted":1,"errors":[]}""");
    }
}

/// <summary>One item of telemetry as it is sent.</summary>
/// <param name="Kind">Message, Metric, RemoteDependency, Request and the like.</param>
public sealed record SentItem(string Kind, JsonNode Data, JsonNode? Tags)
{
    internal static SentItem Of(JsonNode item) => new(
        ((string)item["data"]!["baseType"]!).Replace("Data", "", StringComparison.Ordinal), item["data"]!["baseData"]!, item["tags"]);
}

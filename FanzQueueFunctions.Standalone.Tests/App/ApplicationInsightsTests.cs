using System.Collections.Concurrent;
using System.IO.Compression;
using FanzQueueFunctions.Testbed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>What the app sends to Application Insights, as a stand-in for its ingestion gets it.</summary>
public sealed class ApplicationInsightsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Log_metrics_and_traces_are_sent_and_its_own_settings_count()
    {
        var paths = new ConcurrentBag<string>();
        var bodies = new ConcurrentBag<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var ingestion = builder.Build();
        ingestion.Urls.Add("http://127.0.0.1:0");
        ingestion.Run(async context =>
        {
            paths.Add(context.Request.Path);
            bodies.Add(await ReadAsync(context.Request));
            await context.Response.WriteAsync("""{"itemsReceived":1,"itemsAccepted":1,"errors":[]}""");
        });
        await ingestion.StartAsync(TestContext.Current.CancellationToken);
        var address = ingestion.Urls.Single();
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"),
            ("HEALTH_SCHEDULE", "* * * * * *"),
            ("APPLICATIONINSIGHTS_CONNECTION_STRING",
                $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={address}/;LiveEndpoint={address}/"),
            ("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true"),
            // By default a few traces a second are sent, and this one batch may be left out.
            ("ApplicationInsights__TracesPerSecond", "1000000"),
            ("ApplicationInsights__EnableQuickPulseMetricStream", "false"));

        await app.WaitForLineAsync("[HEALTH] healthy");
        await app.WaitForLineAsync("Batch complete");
        app.Signal("TERM");

        Assert.Equal(0, await app.WaitForExitAsync());
        var sent = string.Concat(bodies);
        Assert.Contains("[HEALTH] healthy", sent);
        Assert.Contains("\"queue.items\"", sent);
        Assert.Contains("\"settle batch\"", sent);
        Assert.DoesNotContain(paths, path => path.Contains("QuickPulse", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> ReadAsync(HttpRequest request)
    {
        await using var body = request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(request.Body, CompressionMode.Decompress)
            : request.Body;
        using var reader = new StreamReader(body);
        return await reader.ReadToEndAsync();
    }
}

using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>What the app sends to Application Insights, as a stand-in for its ingestion gets it.</summary>
public sealed class ApplicationInsightsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Log_metrics_and_traces_are_sent_and_its_own_settings_count()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = AppProcess.Start(
        [
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"),
            ("HEALTH_SCHEDULE", "* * * * * *"),
            .. ingestion.Settings,
        ]);

        await app.WaitForLineAsync("[HEALTH] healthy");
        await app.WaitForLineAsync("Batch complete");
        app.Signal("TERM");

        Assert.Equal(0, await app.WaitForExitAsync());
        var sent = ingestion.Sent;
        Assert.Contains("[HEALTH] healthy", sent);
        Assert.Contains("\"queue.items\"", sent);
        Assert.Contains("\"settle batch\"", sent);
        Assert.DoesNotContain(ingestion.Paths, path => path.Contains("QuickPulse", StringComparison.OrdinalIgnoreCase));
        // Of each item that was sent.
        Assert.Equal(["FanzQueueFunctions"], ingestion.Tags("ai.cloud.role"));
        Assert.Equal([BuildVersion.Text], ingestion.Tags("ai.application.ver"));
    }

    [Fact]
    public async Task A_name_that_OpenTelemetry_s_own_setting_gives_is_sent()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            [("DATABASE_URL", database.ConnectionString), ("HEALTH_SCHEDULE", "* * * * * *"), ("OTEL_SERVICE_NAME", "queue-eu"), .. ingestion.Settings]);

        await app.WaitForLineAsync("[HEALTH] healthy");
        app.Signal("TERM");

        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Equal(["queue-eu"], ingestion.Tags("ai.cloud.role"));
        Assert.Equal([BuildVersion.Text], ingestion.Tags("ai.application.ver"));
    }
}

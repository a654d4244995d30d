using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The log where Application Insights is set: there and on the console, each line once.</summary>
public sealed partial class ApplicationInsightsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Each_line_is_once_on_the_console_and_once_in_Application_Insights()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = await AzureApp.StartAsync(
            [("DATABASE_URL", database.ConnectionString), .. ingestion.Settings]);

        await app.FireAsync("HealthHeartbeat");
        await app.FireAsync("ProcessQueue");
        await app.WaitForLineAsync("Batch complete");
        app.Terminate();
        Assert.Equal(0, await app.WaitForExitAsync());

        foreach (var text in (string[])["[HEALTH] healthy", "SUCCESS - Posted to girlfanz", "Batch complete"])
        {
            Assert.Single(app.Lines, line => line.Contains(text, StringComparison.Ordinal));
            Assert.Equal(1, Occurrences(ingestion.Sent, text));
        }

        Assert.Equal(["FanzQueueFunctions"], ingestion.Tags("ai.cloud.role"));
        Assert.Equal([BuildVersion.Text], ingestion.Tags("ai.application.ver"));
    }

    [Fact]
    public async Task The_name_that_Azure_gives_the_app_is_sent()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(
            [("DATABASE_URL", database.ConnectionString), ("WEBSITE_SITE_NAME", "func-queue"), .. ingestion.Settings]);

        await app.FireAsync("HealthHeartbeat");
        await app.WaitForLineAsync("[HEALTH] healthy");
        app.Terminate();

        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Equal(["func-queue"], ingestion.Tags("ai.cloud.role"));
        Assert.Equal([BuildVersion.Text], ingestion.Tags("ai.application.ver"));
    }

    [Fact]
    public async Task Each_run_is_one_operation_however_it_began()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original);
        await using var app = await AzureApp.StartAsync(
            [("DATABASE_URL", database.ConnectionString), ("FUNCTIONS_KEY_Wake", "wake-key"), .. ingestion.Settings]);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };
        client.DefaultRequestHeaders.Add("x-functions-key", "wake-key");

        (await client.PostAsync(new Uri("/api/queue/wake", UriKind.Relative), null, TestContext.Current.CancellationToken)).Dispose();
        await app.WaitForLineAsync("Batch complete");
        await database.AddItemAsync(original);
        await app.FireAsync("ProcessQueue");
        await Until.TrueAsync(
            () => Task.FromResult(app.Lines.Count(line => line.Contains("Batch complete", StringComparison.Ordinal)) == 2), "both have run");
        app.Terminate();
        Assert.Equal(0, await app.WaitForExitAsync());

        var operations = ingestion.Items
            .Where(item => Message(item) is { } text
                && (text.Contains("SUCCESS - Posted", StringComparison.Ordinal) || text.Contains("Batch complete", StringComparison.Ordinal)))
            .GroupBy(item => (string?)item.Tags!["ai.operation.id"]).ToList();
        Assert.All(operations, operation => Assert.NotNull(operation.Key));
        Assert.Equal([2, 2], operations.Select(operation => operation.Count()));
    }

    [Fact]
    public async Task What_the_alerts_look_for_is_what_arrives()
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original);
        await database.AddItemAsync(original, "no-such-platform");
        await using var app = await AzureApp.StartAsync([("DATABASE_URL", database.ConnectionString), .. ingestion.Settings]);

        await app.FireAsync("ProcessQueue");
        await app.FireAsync("HealthHeartbeat");
        await app.WaitForLineAsync("[HEALTH]");
        app.Terminate();
        Assert.Equal(0, await app.WaitForExitAsync());

        var alerts = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "infra", "alerts.bicep"), TestContext.Current.CancellationToken);
        var metrics = ingestion.Items.Where(item => item.Kind == "Metric").Select(item => item.Data).ToList();
        Assert.All(MetricNames().Matches(alerts), name => Assert.Contains(
            metrics, metric => (string?)metric["metrics"]![0]!["name"] == name.Groups[1].Value));
        Assert.All(Outcomes().Matches(alerts), outcome => Assert.Contains(
            metrics, metric => (string?)metric["properties"]?["outcome"] == outcome.Groups[1].Value));
        Assert.Contains("startswith \"[HEALTH]\"", alerts, StringComparison.Ordinal);
        Assert.Contains(ingestion.Items, item => Message(item)?.StartsWith("[HEALTH] degraded", StringComparison.Ordinal) is true);
    }

    private static string? Message(SentItem item) => (string?)item.Data["message"];

    [GeneratedRegex("Name == \"([^\"]+)\"")]
    private static partial Regex MetricNames();

    [GeneratedRegex("Outcome == \"([^\"]+)\"")]
    private static partial Regex Outcomes();

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}

using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The log where Application Insights is set: there and on the console, each line once.</summary>
public sealed class ApplicationInsightsTests(PostgresFixture postgres)
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

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}

using System.Net;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The operator's page on the Functions host: the same files, the same headers.</summary>
public sealed partial class ConsoleTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_console_and_its_files_are_served_without_a_key_and_data_is_not()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        using var page = await client.GetAsync("/api/queue/console/");
        var version = Version().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/queue/console/{version}/main.js");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var packed = await client.SendAsync(request);
        using var unknown = await client.GetAsync($"/api/queue/console/{version}/nope.js");
        using var data = await client.GetAsync("/api/queue/overview");

        Assert.Equal("/api/queue/console", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.StartsWith("default-src 'self'; ", Assert.Single(page.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        Assert.Equal("gzip", Assert.Single(packed.Content.Headers.ContentEncoding));
        Assert.Equal("text/javascript; charset=utf-8", packed.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions", "Console", "main.js")),
            await client.GetStringAsync($"/api/queue/console/{version}/main.js"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, data.StatusCode);
    }

    [GeneratedRegex("console/([0-9a-f]{16})/main.js")]
    private static partial Regex Version();
}

using System.Text;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>No key leaves the worker's process, and nothing that an operator looked for, however a request carries it.</summary>
public sealed class SecretTests(PostgresFixture postgres)
{
    private const string ReadKey = "R3ad-key+of/the=test";
    private const string ChangeKey = "Ch4nge-key+of/the=test";
    private const string HostKey = "H0st-key+of/the=test";
    private const string MasterKey = "M4ster-key+of/the=test";
    private const string WakeKey = "W4ke-key+of/the=test";
    private const string ResetKey = "R3set-key+of/the=test";
    private const string WrongKey = "Wr0ng-key+of/the=test";
    private const string Title = "T1tle-that-somebody-looked-for";

    [Theory]
    [InlineData(null, true)]
    [InlineData("Trace", true)]
    [InlineData("Trace", false)]
    public async Task Neither_the_log_nor_the_telemetry_holds_what_requests_carried(string? level, bool isTelemetrySent)
    {
        await using var ingestion = await IngestionStandIn.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(
        [
            ("DATABASE_URL", database.ConnectionString),
            ("FUNCTIONS_KEY_QueueRead", ReadKey),
            ("FUNCTIONS_KEY_QueueChange", ChangeKey),
            ("FUNCTIONS_KEY_Wake", WakeKey),
            ("FUNCTIONS_KEY_ResetStuckItems", ResetKey),
            ("FUNCTIONS_HOST_KEY", HostKey),
            ("FUNCTIONS_MASTER_KEY", MasterKey),
            // Whoever turns the framework's log up to look for a fault does not mean its requests.
            .. level is null ? Array.Empty<(string, string?)>() : [("Logging__LogLevel__Microsoft.AspNetCore", level)],
            .. isTelemetrySent ? ingestion.Settings : [],
        ]);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        foreach (var key in (string[])[ReadKey, ChangeKey, HostKey, MasterKey, WakeKey, ResetKey, WrongKey])
        {
            var escaped = Uri.EscapeDataString(key);
            await SendAsync("GET", $"/api/queue/overview?code={escaped}");
            await SendAsync("GET", $"/api/queue/items?title={Title}&code={escaped}");
            await SendAsync("GET", $"/api/queue/items?stauts={Title}&code={escaped}");
            await SendAsync("GET", $"/api/queue/items?title={Title}", key);
            await SendAsync("GET", $"/api/queue/nope?code={escaped}", key);
            await SendAsync("POST", $"/api/queue/retry?code={escaped}", body: $$$"""{"filter": {"title": "{{{Title}}}"}}""");
            await SendAsync("POST", $"/api/queue/retry?code={escaped}", body: "{");
            await SendAsync("POST", "/api/queue/retry", key, $$$"""{"filter": {"title": "{{{Title}}}"}}""");
            await SendAsync("POST", $"/api/queue/wake?code={escaped}");
            await SendAsync("POST", $"/api/queue/reset-stuck?code={escaped}");
            await SendAsync("POST", "/api/queue/wake", key);
            await SendAsync("POST", "/api/queue/reset-stuck", key);
            await SendAsync("POST", "/admin/functions/Prune", key, "{}");
            await SendAsync("GET", $"/api/queue/console?code={escaped}");
        }

        await app.FireAsync("HealthHeartbeat");
        await app.WaitForLineAsync("[HEALTH] healthy");
        app.Terminate();
        Assert.Equal(0, await app.WaitForExitAsync());

        Assert.Equal(isTelemetrySent, ingestion.Sent.Contains("[HEALTH] healthy", StringComparison.Ordinal));
        var left = string.Join('\n', [.. app.Lines, .. app.Logs.Select(log => $"{log}"), ingestion.Sent]);
        Assert.All(
            [ReadKey, ChangeKey, HostKey, MasterKey, WakeKey, ResetKey, WrongKey, Title],
            secret => Assert.All(
                [secret[..8], secret, Uri.EscapeDataString(secret)],
                form => Assert.DoesNotContain(form, left, StringComparison.OrdinalIgnoreCase)));

        async Task SendAsync(string method, string path, string? key = null, string? body = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (key is not null)
                request.Headers.Add("x-functions-key", key);
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request);
        }
    }
}

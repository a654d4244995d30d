using System.Net;
using System.Text;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>A key that is not set, or is empty, opens nothing.</summary>
public sealed class KeyTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Nothing_passes_where_no_key_is_set_and_the_log_names_what_nobody_can_call(string? set)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start([
            ("DATABASE_URL", database.ConnectionString),
            .. ((string[])["MASTER_KEY", "HOST_KEY", "KEY_Wake", "KEY_QueueRead"]).Select(name => ($"FUNCTIONS_{name}", set)),
        ]);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        foreach (var key in (string?[])[null, "", "any"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(client, "/api/queue/wake", key));
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(client, "/admin/functions/Prune", key));
        }

        await app.WaitForLineAsync(
            "Wake answers 401 to all: it needs a key and none is set; set FUNCTIONS_KEY_Wake, FUNCTIONS_HOST_KEY or " +
            "FUNCTIONS_MASTER_KEY.");
        Assert.Contains(app.Lines, line => line.StartsWith("QueueRead answers 401 to all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_is_ever_logged()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("FUNCTIONS_MASTER_KEY", "a-master-key"),
            ("Logging__LogLevel__Default", "Trace"),
            ("Logging__LogLevel__Microsoft", "Trace"),
            ("Logging__LogLevel__Microsoft.AspNetCore", "Trace"));
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client, "/admin/functions/Prune", "a-master-key"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client, "/api/queue/wake?code=a-master-key", key: null));
        await app.WaitForLineAsync("dbug: Prune starts.");

        Assert.DoesNotContain(app.Lines, line => line.Contains("a-master-key", StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}

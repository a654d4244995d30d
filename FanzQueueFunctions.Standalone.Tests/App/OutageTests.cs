using System.Net;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>A database that goes away and comes back, seen from the running app.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_database_that_is_down_costs_one_error_line_a_firing_and_recovery_needs_nobody()
    {
        await using var postgres = await MigratedPostgres.StartAsync(inMemory: true);
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "* * * * * *"),
            ("HEALTH_SCHEDULE", "* * * * * *"));
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };
        await app.WaitForLineAsync("[HEALTH] healthy");

        await postgres.Server.StopAsync();
        var error = await app.WaitForLineAsync("Run ended: ");
        var firstError = app.Lines.Count;
        await app.WaitForLineAsync("Run ended: ", after: firstError);
        await app.WaitForLineAsync("[HEALTH] unhealthy - ");
        Assert.Contains("transient: True", error);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/api/ready")).StatusCode);
        // A platform that watches it does not stop a worker that sits an outage out.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/alive")).StatusCode);
        await using var probe = AppProcess.Start([("ASPNETCORE_URLS", client.BaseAddress.AbsoluteUri)], "--healthcheck");
        Assert.Equal(0, await probe.WaitForExitAsync());

        await postgres.Server.StartAgainAsync();
        database.ForgetConnections();
        await database.AddItemAsync(post);
        var restarted = app.Lines.Count;

        await app.WaitForLineAsync("✅ SUCCESS", after: restarted);
        await app.WaitForLineAsync("[HEALTH] healthy", after: restarted);
        Assert.DoesNotContain(app.Lines, line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
    }
}

using System.Net;
using System.Text;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The plain process has nothing in front of it that could say who is signed in, whatever its environment says.</summary>
public sealed class EntraIdTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Forged_headers_let_nobody_in_even_where_the_environment_is_that_of_Azure()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "status = 'failed', failed_at = now(), error_message = 'x'");
        await using var app = AppProcess.Start([
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "0 0 0 29 2 *"),
            // A reset and a retry give hints.
            ("Queue__Wake", "false"),
            ("FUNCTIONS_KEY_QueueRead", Operator.ReadKey),
            ("FUNCTIONS_KEY_QueueChange", Operator.ChangeKey),
            .. EasyAuth.Settings,
        ]);
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };
        foreach (var (name, value) in EasyAuth.HeadersOf("ada@fanz.example", "Queue.Read", "Queue.Change"))
            client.DefaultRequestHeaders.Add(name, value);

        foreach (var (path, status) in ((string, HttpStatusCode)[])[("entra/", HttpStatusCode.NotFound), ("", HttpStatusCode.Unauthorized)])
        {
            foreach (var view in OperatorAddresses.Views)
            {
                using var read = await client.GetAsync($"/api/queue/{path}{view}");
                Assert.Equal(status, read.StatusCode);
            }

            foreach (var verb in OperatorAddresses.Verbs)
            {
                using var order = new StringContent("""{"filter": {"status": "failed", "to": "2020-01-01T00:00:00Z"}}""", Encoding.UTF8, "application/json");
                using var change = await client.PostAsync($"/api/queue/{path}{verb}", order);
                Assert.Equal(status, change.StatusCode);
            }
        }

        Assert.Equal("""{"isOn":false,"name":null,"mayRead":false,"mayChange":false}""", await client.GetStringAsync("/api/queue/entra"));
        Assert.Equal(0, await database.CountAsync("post_queue.actions"));
    }
}

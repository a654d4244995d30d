using System.Net;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The function <c>Wake</c>, with timers that never fire.</summary>
public sealed class WakeTests(PostgresFixture postgres)
{
    private static readonly Uri Wake = new("/api/queue/wake", UriKind.Relative);

    [Theory]
    [InlineData(null)]
    [InlineData("another-functions-key")]
    public async Task Without_its_key_it_is_refused_and_nothing_is_posted(string? key)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddItemAsync(database);
        await using var app = await StartAsync(database);
        using var client = await ClientAsync(app, key);

        using var answer = await client.PostAsync(Wake, null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'queued'"));
    }

    [Fact]
    public async Task It_answers_202_and_what_is_due_is_posted()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddItemAsync(database);
        await using var app = await StartAsync(database);
        using var client = await ClientAsync(app, "wake-key");

        using var answer = await client.PostAsync(Wake, null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Until.TrueAsync(async () => await PostedAsync(database) == 1, "the item is posted");
    }

    [Fact]
    public async Task What_its_run_posts_is_in_the_log_once_as_what_a_timers_run_posts_is()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddItemAsync(database);
        await using var app = await StartAsync(database);
        using var client = await ClientAsync(app, "wake-key");

        using var answer = await client.PostAsync(Wake, null, TestContext.Current.CancellationToken);
        await app.WaitForLineAsync("Batch complete");
        await AddItemAsync(database);
        await app.FireAsync("ProcessQueue");

        Assert.Equal(2, app.Lines.Count(line => line.Contains("SUCCESS - Posted to girlfanz", StringComparison.Ordinal)));
        Assert.DoesNotContain(app.Lines, line => line.Contains("Microsoft.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_answers_at_once_while_a_run_is_held_up()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddItemAsync(database);
        await using var app = await StartAsync(database);
        using var client = await ClientAsync(app, "wake-key");
        await using var queue = await HeldTable.TakeAsync(database, "multiplatform_post_queue");

        using var first = await client.PostAsync(Wake, null, TestContext.Current.CancellationToken);
        await queue.UntilWaitedForAsync();
        using var second = await client.PostAsync(Wake, null, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, second.StatusCode));

        await queue.LetGoAsync();
        await Until.TrueAsync(async () => await PostedAsync(database) == 1, "the item is posted");
    }

    private static async Task AddItemAsync(TestDatabase database) =>
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));

    private static Task<long> PostedAsync(TestDatabase database) =>
        database.CountAsync("multiplatform_post_queue where status = 'posted'");

    private static Task<FunctionsHostStandIn> StartAsync(TestDatabase database) =>
        AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString),
            ("FUNCTIONS_KEY_Wake", "wake-key"),
            ("FUNCTIONS_KEY_ResetStuckItems", "another-functions-key"));

    private static async Task<HttpClient> ClientAsync(FunctionsHostStandIn app, string? key)
    {
        var client = new HttpClient { BaseAddress = await app.AddressAsync() };
        if (key is not null)
            client.DefaultRequestHeaders.Add("x-functions-key", key);
        return client;
    }
}

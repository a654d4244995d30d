using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The app as a user sees it: a process, a database, HTTP.</summary>
public sealed class AppTests(PostgresFixture postgres)
{
    private const string EverySecond = "* * * * * *";
    private const string Never = "0 0 0 29 2 *";

    [Fact]
    public async Task The_documents_own_item_is_posted_within_one_polling_interval()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await using var app = AppProcess.Start(("DATABASE_URL", database.ConnectionString));
        await app.AddressAsync();

        // "Testing Locally" of the document, to the letter.
        await database.ExecuteAsync(
            """
            INSERT INTO multiplatform_post_queue (
              creator_id,
              original_post_id,
              target_platform,
              status
            )
            SELECT
              creator_id,
              id as original_post_id,
              'girlfanz' as target_platform,
              'queued' as status
            FROM content_posts
            WHERE cluster = 'boyfanz'
            LIMIT 1;
            """);
        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz", seconds: 15);
        await app.WaitForLineAsync("Batch complete");

        var posts = await database.RowsAsync(
            """
            select p.cluster::text, p.price, p.is_ppv, h.target_platform
            from content_posts p
            join multiplatform_post_history h on h.target_post_id = p.id
            where p.original_post_id = $1
            """,
            post);
        Assert.Equal([["girlfanz", 19.99m, true, "girlfanz"]], posts);
    }

    [Fact]
    public async Task The_log_reads_as_the_document_shows_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("PROCESS_QUEUE_SCHEDULE", EverySecond));

        await app.WaitForLineAsync("Batch complete");

        // The end of an id in the order of time.
        var id = item.ToString("N")[^8..];
        var lines = app.Lines;
        Assert.Contains("FANZ Multi-Platform Queue Worker", lines);
        Assert.Contains($"Version: {BuildVersion.Text}", lines);
        Assert.Contains(lines, line => line.StartsWith("Store: 127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains($"[{id}] Processing: An original → girlfanz", lines);
        Assert.Contains(lines, line => line.StartsWith($"[{id}] ✅ SUCCESS - Posted to girlfanz (", StringComparison.Ordinal));
        Assert.Matches(@"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] Batch complete$", lines[^1]);
    }

    [Fact]
    public async Task The_heartbeat_says_healthy()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("HEALTH_SCHEDULE", EverySecond), ("Queue__DatabaseName", "the test's"));

        var line = await app.WaitForLineAsync("[HEALTH]");

        Assert.Contains("Database: the test's", app.Lines);
        Assert.Matches(@"^\[HEALTH\] healthy - Uptime: \d+s - Database: the test's$", line);
    }

    [Fact]
    public async Task The_heartbeat_says_degraded_and_why()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "status = 'processing', processing_started_at = now() - interval '6 minutes'");
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("HEALTH_SCHEDULE", EverySecond),
            ("PROCESS_QUEUE_SCHEDULE", Never));

        var line = await app.WaitForLineAsync("[HEALTH]");

        Assert.Contains("degraded - 1 item is stuck - Uptime:", line);
    }

    [Fact]
    public async Task Stuck_items_are_reset_over_HTTP_with_the_functions_key_alone()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "status = 'processing', processing_started_at = now() - interval '6 minutes'");
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", Never),
            // A reset gives a hint.
            ("Queue__Wake", "false"),
            ("FUNCTIONS_KEY_ResetStuckItems", "the-right-key"));
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        Assert.Equal(HttpStatusCode.Unauthorized, (await ResetAsync(client, key: null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ResetAsync(client, "a-wrong-key")).Status);
        var (status, body) = await ResetAsync(client, "the-right-key");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1, (int)body!["resetCount"]!);
        Assert.Equal(5, (int)body["olderThanMinutes"]!);
        Assert.Equal(item, (Guid)body["items"]![0]!["id"]!);
        Assert.Equal("girlfanz", (string)body["items"]![0]!["targetPlatform"]!);
        Assert.Equal(
            "queued",
            await database.ScalarAsync<string>("select status::text from multiplatform_post_queue where id = $1", item));
    }

    [Fact]
    public async Task SIGTERM_in_the_middle_of_a_batch_settles_it_first()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 10);
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("PROCESS_QUEUE_SCHEDULE", EverySecond));
        // The settle has to write the history; holding that table keeps the batch in its middle.
        await using var history = await HeldTable.TakeAsync(database, "multiplatform_post_history");

        await app.WaitForLineAsync("Processing 10 queue items...");
        app.Signal("TERM");
        await history.UntilWaitedForAsync();
        Assert.False(app.HasExited);
        await history.LetGoAsync();

        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Equal(
            10L, await database.ScalarAsync<long>("select count(*) from multiplatform_post_queue where status = 'posted'"));
    }

    [Fact]
    public async Task The_health_probe_tells_by_its_exit_code_how_the_app_beside_it_is()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(("DATABASE_URL", database.ConnectionString));
        var address = await app.AddressAsync();

        await using var healthy = AppProcess.Start([("ASPNETCORE_URLS", address.AbsoluteUri)], "--healthcheck");
        await using var nobodyThere = AppProcess.Start([("ASPNETCORE_URLS", "http://127.0.0.1:9")], "--healthcheck");

        Assert.Equal(0, await healthy.WaitForExitAsync());
        Assert.Equal(1, await nobodyThere.WaitForExitAsync());
    }

    [Theory]
    [InlineData("DATABASE_URL", "", "No database is set. Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL.")]
    [InlineData("Queue__BatchSize", "0", "Setting Queue__BatchSize is \"0\"; it must be a whole number from 1 to 1000.")]
    public async Task A_missing_or_wrong_setting_stops_the_app_at_start_with_one_sentence(
        string name, string value, string sentence)
    {
        await using var app = AppProcess.Start(("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nowhere"), (name, value));

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Equal([sentence], app.Lines);
    }

    [Fact]
    public async Task A_schedule_that_is_none_stops_the_app_at_start_by_name()
    {
        await using var app = AppProcess.Start(
            ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nowhere"), ("PROCESS_QUEUE_SCHEDULE", "every now and then"));

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Contains("PROCESS_QUEUE_SCHEDULE", app.Lines[^1]);
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> ResetAsync(HttpClient client, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/queue/reset-stuck?olderThanMinutes=5");
        request.Content = new StringContent("", Encoding.UTF8);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body));
    }
}

using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>The app, on the host under test, with a database of its own, its timers still, and keys that an operator has.</summary>
internal sealed class ConsoleApp : IAsyncDisposable
{
    public const string ReadKey = "the-key-for-reading";
    public const string ChangeKey = "the-key-for-changes";
    public const string HostKey = "the-key-for-both";

    private ConsoleApp(TestDatabase database, IRunningApp app, Uri address) =>
        (Database, App, Address) = (database, app, address);

    public TestDatabase Database { get; }

    public IRunningApp App { get; }

    public Uri Address { get; }

    /// <param name="settings">Settings of the app beside those that it needs.</param>
    public static async Task<ConsoleApp> StartAsync(
        PostgresFixture postgres, Func<TestDatabase, Task> fill, params (string Name, string? Value)[] settings)
    {
        var database = await postgres.CreateDatabaseAsync();
        await fill(database);
        return await StartAsync(database, settings);
    }

    public static async Task<ConsoleApp> StartAsync(TestDatabase database, params (string Name, string? Value)[] settings)
    {
        var app = await TestedApp.StartAsync([
            ("DATABASE_URL", database.ConnectionString),
            ("Queue__DatabaseName", "the test's"),
            ("PROCESS_QUEUE_SCHEDULE", "0 0 0 29 2 *"),
            ("HEALTH_SCHEDULE", "0 0 0 29 2 *"),
            ("Queue__Wake", "false"),
            ("FUNCTIONS_KEY_QueueRead", ReadKey),
            ("FUNCTIONS_KEY_QueueChange", ChangeKey),
            ("FUNCTIONS_HOST_KEY", HostKey),
            .. settings,
        ]);
        return new(database, app, await app.AddressAsync());
    }

    /// <summary>Failed items of one cause, the platforms by turns.</summary>
    public static Task AddFailedAsync(TestDatabase database, Guid post, int count, string error = "It failed.") =>
        database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (
              original_post_id, creator_id, target_platform, status, error_message, retry_count, queued_at, failed_at)
            select p.id, p.creator_id, (array['girlfanz', 'pupfanz'])[1 + n % 2], 'failed', $3, 3,
              now() - make_interval(secs => n + 600), now() - make_interval(secs => n)
            from content_posts p
            cross join generate_series(1, $2) as n
            where p.id = $1
            """,
            post, count, error);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Database.DisposeAsync();
    }
}

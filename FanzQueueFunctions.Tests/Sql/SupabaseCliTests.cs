using System.Diagnostics;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>The migrations, pushed by the real Supabase CLI, which npm fetches, to a plain PostgreSQL.</summary>
public sealed class SupabaseCliTests(PostgresFixture postgres)
{
    private const string Package = "supabase@3.1.0";

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

    private static string ProductionSchema { get; } = File.ReadAllText(
        Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Tests", "Sql", "production_schema.sql"));

    [Fact]
    public async Task The_supabase_cli_pushes_the_migrations_and_finds_nothing_to_push_the_second_time()
    {
        var folder = Directory.CreateTempSubdirectory("fanz-supabase-").FullName;
        try
        {
            await RunAsync(folder, "npm", "install", "--no-audit", "--no-fund", "--prefix", folder, Package);
            // A copy: the CLI leaves files of its own beside the migrations.
            var migrations = Directory.CreateDirectory(Path.Combine(folder, "supabase", "migrations")).FullName;
            foreach (var file in Migrations.Files)
                File.Copy(file, Path.Combine(migrations, Path.GetFileName(file)));

            await PushTwiceAsync(folder, onto: []);
            await PushTwiceAsync(folder, onto: [ProductionSchema]);
            await PushTwiceAsync(folder, onto: [ProductionSchema, Grown]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="onto">What the database is made of before.</param>
    private async Task PushTwiceAsync(string folder, string[] onto)
    {
        await using var pushed = await postgres.CreateEmptyDatabaseAsync();
        await using var migrated = await postgres.CreateEmptyDatabaseAsync();
        foreach (var sql in onto)
        {
            await pushed.ExecuteAsync(sql);
            await migrated.ExecuteAsync(sql);
        }

        await Migrations.ApplyAsync(migrated.ConnectionString + ";Pooling=false");
        var name = await pushed.ScalarAsync<string>("select current_database()::text");
        var remote = $"--remote=postgres://postgres@127.0.0.1:{postgres.Server.Port}/{name}?sslmode=disable";
        var supabase = Path.Combine(folder, "node_modules", ".bin", "supabase");

        var first = await RunAsync(folder, supabase, "db", "push", "--yes", "--workdir", folder, remote);
        var second = await RunAsync(folder, supabase, "db", "push", "--yes", "--workdir", folder, remote);

        Assert.All(
            Migrations.Files,
            file => Assert.Contains($"Applying migration {Path.GetFileName(file)}", first, StringComparison.Ordinal));
        Assert.Contains("Remote database is up to date.", second, StringComparison.Ordinal);
        Assert.DoesNotContain("Applying", second, StringComparison.Ordinal);
        Assert.Equal(await migrated.CatalogAsync(), await pushed.CatalogAsync());
    }

    /// <returns>What it printed, on both streams.</returns>
    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // The CLI keeps its settings here.
        start.Environment["SUPABASE_HOME"] = folder;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var printed = output + await error;
        TestContext.Current.TestOutputHelper?.WriteLine($"{program} {string.Join(' ', arguments)}\n{printed}");
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {printed}");
        return printed;
    }
}

using System.Diagnostics;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// The migrations, pushed by the real Supabase CLI to a plain PostgreSQL. Needs npm and its registry, so it runs only
/// when asked for: <c>FanzQueueFunctions.Tests -explicit only -class "*SupabaseCliTests"</c>.
/// </summary>
public sealed class SupabaseCliTests(PostgresFixture postgres)
{
    private const string Package = "supabase@3.1.0";

    [Fact(Explicit = true)]
    public async Task The_supabase_cli_pushes_the_migrations_and_finds_nothing_to_push_the_second_time()
    {
        var folder = Directory.CreateTempSubdirectory("fanz-supabase-").FullName;
        try
        {
            await using var database = await postgres.CreateEmptyDatabaseAsync();
            var name = await database.ScalarAsync<string>("select current_database()::text");
            var remote = $"--remote=postgres://postgres@127.0.0.1:{postgres.Server.Port}/{name}?sslmode=disable";
            await RunAsync(folder, "npm", "install", "--no-audit", "--no-fund", "--prefix", folder, Package);
            var supabase = Path.Combine(folder, "node_modules", ".bin", "supabase");
            // A copy: the CLI leaves files of its own beside the migrations.
            var migrations = Directory.CreateDirectory(Path.Combine(folder, "supabase", "migrations")).FullName;
            foreach (var file in Migrations.Files)
                File.Copy(file, Path.Combine(migrations, Path.GetFileName(file)));

            var first = await RunAsync(folder, supabase, "db", "push", "--yes", "--workdir", folder, remote);
            var second = await RunAsync(folder, supabase, "db", "push", "--yes", "--workdir", folder, remote);

            Assert.All(
                Migrations.Files,
                file => Assert.Contains(
                    $"Applying migration {Path.GetFileName(file)}", first, StringComparison.Ordinal));
            Assert.Contains("Remote database is up to date.", second, StringComparison.Ordinal);
            Assert.DoesNotContain("Applying", second, StringComparison.Ordinal);
            await using var migrated = await postgres.CreateDatabaseAsync();
            Assert.Equal(await migrated.CatalogAsync(), await database.CatalogAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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

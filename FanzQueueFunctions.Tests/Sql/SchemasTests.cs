using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>The migrations say what the schemas say, and how the next release's is made of them.</summary>
public sealed class SchemasTests(PostgresFixture postgres) : IDisposable
{
    private readonly MadeUpRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_database_made_by_the_migrations_is_what_the_schemas_say()
    {
        await using var migrated = await postgres.CreateDatabaseAsync();
        await using var made = await postgres.CreateEmptyDatabaseAsync();
        var connectionString = made.ConnectionString + ";Pooling=false";
        await Migrations.ApplyAsync(connectionString, [Migrations.Files[0]]);

        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var off = new NpgsqlCommand("set check_function_bodies = off", connection);
            await off.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            foreach (var file in Schemas.Current.Files)
            {
                await using var command = new NpgsqlCommand(
                    await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), connection);
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(await made.CatalogAsync(), await migrated.CatalogAsync());
    }

    [Fact]
    public async Task The_newest_migration_is_what_the_command_makes_of_the_tree()
    {
        var newest = Schemas.Current.Unreleased;
        if (newest is null)
        {
            // All of it is released: then nothing may have changed since.
            Assert.All(Release.All, release => Assert.Empty(release.Breaches()));
            return;
        }

        var name = Path.GetFileNameWithoutExtension(newest)[15..];
        Assert.Equal(
            Schemas.Current.Migration(name), await File.ReadAllTextAsync(newest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_function_stands_in_a_file_of_its_name_and_takes_the_right_to_run_it_away()
    {
        foreach (var file in Schemas.Current.Files.Where(file => !IsStep(file)))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var sql = File.ReadAllText(file);
            var made = Assert.Single(FunctionPattern().Matches(sql)).Groups[1].Value;
            Assert.Contains(made, (string[])[$"public.post_queue_{name}", $"post_queue.{name}", $"public.{name}"]);
            if (made.StartsWith("public.post_queue_", StringComparison.Ordinal) || made.StartsWith("post_queue.", StringComparison.Ordinal))
                Assert.Contains($"revoke execute on function {made}(", sql, StringComparison.Ordinal);
        }

        static bool IsStep(string file) => Path.GetFileName(Path.GetDirectoryName(file)) is "tables" or "bindings";
    }

    [Fact]
    public void The_next_release_s_migration_has_the_new_steps_what_goes_and_every_function()
    {
        _repository.Record(1);
        _repository.Add("schemas/tables/99_note.sql", "alter table post_queue.tries add column if not exists note text;");
        _repository.Delete("schemas/figures/percentile.sql");
        _repository.Add("schemas/figures/share.sql", Function("share"));

        var sql = File.ReadAllText(_repository.WriteMigration("release_2"));

        Assert.StartsWith("-- Made by ./dev migration release_2 from supabase/schemas.", sql, StringComparison.Ordinal);
        Assert.Contains($"\n-- It belongs to version {AppVersion.Text} of the app.\n", sql, StringComparison.Ordinal);
        Assert.Contains("add column if not exists note text", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("create table if not exists post_queue.tries", sql, StringComparison.Ordinal);
        Assert.Contains(
            "\ndrop routine if exists post_queue.percentile(bigint[], double precision);\n", sql, StringComparison.Ordinal);
        // What stays is not dropped: a worker that runs on would meet the gap.
        Assert.Single(sql.Split('\n'), line => line.StartsWith("drop ", StringComparison.Ordinal));
        Assert.Contains("create or replace function post_queue.share()", sql, StringComparison.Ordinal);
        Assert.Contains("create or replace function public.post_queue_claim(", sql, StringComparison.Ordinal);
        Assert.EndsWith("notify pgrst, 'reload schema';\n", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Made_again_before_its_release_it_takes_the_place_of_the_one_before()
    {
        _repository.Record(1);
        _repository.Add("schemas/figures/share.sql", Function("share"));
        var first = _repository.WriteMigration("release_2");
        _repository.Add("schemas/figures/part.sql", Function("part"));

        var again = _repository.WriteMigration("release_2");
        var renamed = _repository.WriteMigration("release_3");

        Assert.Equal(first, again);
        Assert.False(File.Exists(first));
        Assert.Contains("post_queue.part()", File.ReadAllText(renamed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migrations/20251101000000_base_schema.sql")]
    [InlineData("schemas/tables/94_actions.sql")]
    [InlineData("schemas/bindings/10_ids.sql")]
    public void A_file_of_a_release_that_was_changed_or_is_missing_is_refused(string name)
    {
        var release = _repository.Record(1);
        Assert.Empty(release.Breaches());

        _repository.Add(name, "-- Something else.");
        Assert.Equal(
            [$"{name} is not what it was in release 1: put it back, and change in a new file what it made."],
            release.Breaches());

        _repository.Delete(name);
        Assert.Equal([$"{name} of release 1 is missing: put it back under this name."], release.Breaches());
    }

    [Fact]
    public void A_new_migration_that_sorts_before_a_released_one_is_refused()
    {
        var release = _repository.Record(1);

        _repository.Add("migrations/20251102000000_late.sql", "select 1");

        Assert.EndsWith(
            "of release 1: give it a later number.", Assert.Single(release.Breaches()), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_of_a_release_is_as_it_was() => Assert.All(Release.All, release => Assert.Empty(release.Breaches()));

    private static string Function(string name) =>
        $"""
        create or replace function post_queue.{name}() returns integer language sql as 'select 1';

        revoke execute on function post_queue.{name}() from public, anon, authenticated;
        """;

    private static System.Text.RegularExpressions.Regex FunctionPattern() =>
        new(@"^create or replace (?:function|aggregate) ([a-z_.0-9]+)\(", System.Text.RegularExpressions.RegexOptions.Multiline);
}

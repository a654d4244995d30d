using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary><c>FanzQueueFunctions check</c>, as an operator runs it.</summary>
public sealed class CheckCommandTests(PostgresFixture postgres)
{
    private const string Secret = "the-secret-of-the-tests-32-bytes-long";

    [Fact]
    public async Task On_a_database_that_is_as_it_should_be_all_is_ok_and_the_exit_code_is_0()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var check = Check(database);

        Assert.Equal(0, await check.WaitForExitAsync());
        var lines = Printed(check);
        Assert.Equal("ok  The SQL functions are of version 5, for apps from 1.0.0, before 2.0.0.", lines[0]);
        Assert.All(lines[..^1], line => Assert.StartsWith("ok  ", line));
        Assert.Equal("0 errors, 0 warnings, 0 notes", lines[^1]);
    }

    [Fact]
    public async Task A_finding_says_what_is_so_what_follows_and_what_to_do_in_aligned_lines()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop index multiplatform_post_queue_due_idx");
        await using var check = Check(database);

        Assert.Equal(0, await check.WaitForExitAsync());
        var lines = Printed(check);
        Assert.Equal(
            [
                "warning  The index multiplatform_post_queue_due_idx is missing.",
                "         Each claim reads and sorts all that is queued.",
                "         Run: create index concurrently if not exists",
                "         multiplatform_post_queue_due_idx on public.multiplatform_post_queue",
                "         (greatest(scheduled_for, queued_at), id) where status = 'queued'.",
                "ok       The SQL functions are of version 5, for apps from 1.0.0, before 2.0.0.",
            ],
            lines[..6]);
        Assert.Equal("0 errors, 1 warning, 0 notes", lines[^1]);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public async Task An_error_is_exit_code_1()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("revoke select on multiplatform_post_queue from service_role");
        await using var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        await using var check = AppProcess.Start(standIn.Settings(), "check");

        Assert.Equal(1, await check.WaitForExitAsync());
        Assert.StartsWith(
            "error  The role service_role lacks SELECT on multiplatform_post_queue.", Printed(check)[0]);
    }

    [Fact]
    public async Task Without_the_migrations_the_one_finding_is_to_apply_them()
    {
        await using var empty = await TestDatabase.CreateAsync(postgres.Server);
        await using var check = Check(empty, "--json");

        Assert.Equal(1, await check.WaitForExitAsync());
        var finding = Assert.Single(Json(check));
        Assert.Equal("error", (string?)finding!["level"]);
        Assert.Equal(
            "Apply the migrations in supabase/migrations (the database has version 1 or none, this app needs version 5).",
            (string?)finding["advice"]);
    }

    [Fact]
    public async Task As_JSON_every_finding_has_its_level_and_sentences()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop index multiplatform_post_queue_due_idx");
        await using var check = Check(database, "--json");

        Assert.Equal(0, await check.WaitForExitAsync());
        var findings = Json(check);
        Assert.True(JsonNode.DeepEquals(
            new JsonObject
            {
                ["level"] = "warning",
                ["what"] = "The index multiplatform_post_queue_due_idx is missing.",
                ["follows"] = "Each claim reads and sorts all that is queued.",
                ["advice"] = "Run: create index concurrently if not exists multiplatform_post_queue_due_idx on public.multiplatform_post_queue (greatest(scheduled_for, queued_at), id) where status = 'queued'.",
            },
            findings[0]));
        Assert.All(findings.Skip(1), finding => Assert.Equal("ok", (string?)finding!["level"]));
    }

    [Fact]
    public async Task Before_the_migrations_it_prints_what_to_build_first_as_a_script()
    {
        await using var database = await TestDatabase.CreateAsync(postgres.Server);
        await database.ExecuteAsync(ProductionSchema.Sql);
        await database.ExecuteAsync(
            """
            analyze;
            do $$ begin execute format('alter database %I set post_queue.large_table_rows = 1', current_database()); end $$
            """);
        await using var check = Check(database, "--before-migration");

        Assert.Equal(0, await check.WaitForExitAsync());
        Assert.StartsWith("-- Of large tables ", check.Lines[0]);
        Assert.Contains(check.Lines, line => line.StartsWith("create index concurrently if not exists multiplatform_post_queue_due_idx on ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_the_migrations_it_needs_the_database_itself()
    {
        await using var check = AppProcess.Start(
            [("SUPABASE_URL", "http://127.0.0.1:9"), ("SUPABASE_SERVICE_ROLE_KEY", Jwt.Sign("service_role", Secret))], "check", "--before-migration");

        Assert.Equal(1, await check.WaitForExitAsync());
        Assert.Equal(
            ["check --before-migration reads the catalog, which the REST API does not serve. Set DATABASE_URL, with the role that pushes the migrations."],
            check.Lines);
    }

    [Fact]
    public async Task Over_the_REST_API_it_finds_what_it_finds_directly()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop index multiplatform_post_queue_due_idx");
        await using var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        await using var rest = AppProcess.Start(standIn.Settings(), "check");
        await using var direct = Check(database);

        Assert.Equal(0, await rest.WaitForExitAsync());
        Assert.Equal(0, await direct.WaitForExitAsync());
        Assert.Equal(
            Printed(direct), Printed(rest).Select(line => line.Replace("role service_role", "role postgres")));
    }

    [Theory]
    [InlineData(null, "No database is set. Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL.")]
    [InlineData(
        "postgres://nobody@127.0.0.1:9/nowhere",
        "No connection to 127.0.0.1:9/nowhere: Connection refused. See whether the server runs and DATABASE_URL is right.")]
    public async Task Without_a_database_it_ends_with_one_sentence_and_exit_code_1(string? databaseUrl, string sentence)
    {
        await using var check = AppProcess.Start([("DATABASE_URL", databaseUrl)], "check");

        Assert.Equal(1, await check.WaitForExitAsync());
        Assert.Equal([sentence], check.Lines);
    }

    [Fact]
    public async Task A_command_that_is_none_is_refused_and_starts_no_worker()
    {
        await using var app = AppProcess.Start([("DATABASE_URL", null)], "chekc");

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Contains("Unrecognized command or argument 'chekc'.", app.Lines);
        Assert.Contains("--help lists commands and options.", app.Lines);
    }

    [Fact]
    public async Task The_version_is_printed_and_nothing_else()
    {
        await using var app = AppProcess.Start([("DATABASE_URL", null)], "--version");

        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Equal([BuildVersion.Text], app.Lines);
    }

    [Fact]
    public async Task A_shell_gets_a_script_and_the_words_that_complete_a_line()
    {
        await using var script = AppProcess.Start([("DATABASE_URL", null)], "completion", "bash");
        await using var zsh = AppProcess.Start([("DATABASE_URL", null)], "completion", "zsh");
        await using var command = AppProcess.Start([("DATABASE_URL", null)], "[suggest:8]", "queue he");
        await using var choice = AppProcess.Start([("DATABASE_URL", null)], "[suggest:21]", "queue items --status ");

        foreach (var app in (AppProcess[])[script, zsh, command, choice])
            Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Contains("complete -F _fanz_queue FanzQueueFunctions.Standalone", script.Lines);
        // What zsh understands of bash's completion has to be told to it first.
        Assert.Equal(["autoload -U +X bashcompinit && bashcompinit", .. script.Lines], zsh.Lines);
        Assert.Contains("health", command.Lines);
        Assert.Equal(["cancelled", "failed", "posted", "processing", "queued"], choice.Lines.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Queue__LeaseMinutes=7")]
    [InlineData("--Queue:LeaseMinutes", "7")]
    public async Task Settings_start_the_worker(params string[] arguments)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start([("DATABASE_URL", database.ConnectionString)], arguments);

        await app.WaitForLineAsync("FANZ Multi-Platform Queue Worker");
    }

    private static AppProcess Check(TestDatabase database, params string[] options) =>
        AppProcess.Start([("DATABASE_URL", database.ConnectionString)], ["check", .. options]);

    /// <returns>Its lines, without the first, which names the database, the empty ones and the blanks that fill them up.</returns>
    private static string[] Printed(AppProcess app)
    {
        Assert.StartsWith("Database: 127.0.0.1:", app.Lines[0]);
        return [.. app.Lines.Skip(1).Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
    }

    private static JsonArray Json(AppProcess app) => JsonNode.Parse(string.Join('\n', app.Lines))!.AsArray();
}

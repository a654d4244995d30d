using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary><c>FanzQueueFunctions queue …</c>, as an operator runs it, with nobody there to be asked.</summary>
public sealed class QueueCommandTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Tables_show_the_overview_the_failures_the_items_and_one_of_them()
    {
        await using var database = await CreateAsync();
        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue where error_message = 'Gone [red]'");

        var overview = await PrintedAsync(database, 0, "overview");
        Assert.Equal("Database: the test's", overview[0]);
        Assert.Contains(overview, line => line.Contains("oldest due", StringComparison.Ordinal));
        Assert.Contains(await PrintedAsync(database, 0, "failures"), line => line.Contains("Took <n> s", StringComparison.Ordinal));
        Assert.Contains(
            await PrintedAsync(database, 0, "items", "--status", "failed", "--cause", "Gone [red]"),
            line => line.Contains($"{item}", StringComparison.Ordinal));
        Assert.Contains(
            await PrintedAsync(database, 0, "creators", "a c"), line => line.Contains("A creator", StringComparison.Ordinal));
        Assert.Contains(
            await PrintedAsync(database, 0, "item", $"{item}"), line => line.Contains("Gone [red]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_json_a_command_prints_what_the_endpoint_answers()
    {
        await using var database = await CreateAsync();

        var failures = JsonNode.Parse(string.Concat(await PrintedAsync(database, 0, "failures", "--json")))!;

        Assert.Equal(2, (int)failures["causes"]!.AsArray().Single(cause => (string?)cause!["cause"] == "Took <n> s")!["count"]!);
    }

    [Fact]
    public async Task More_than_one_item_is_changed_only_when_that_was_confirmed()
    {
        await using var database = await CreateAsync();
        string[] retry = ["retry", "--status", "failed", "--cause", "Took <n> s"];

        var refused = await PrintedAsync(database, 3, retry);
        Assert.Contains(refused, line => line.StartsWith("2 items are meant.", StringComparison.Ordinal));
        Assert.Equal(3L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));

        Assert.Equal(["2 items are meant."], await PrintedAsync(database, 0, [.. retry, "--dry-run"]));
        Assert.Equal(["2 of 2 items done."], await PrintedAsync(database, 0, [.. retry, "--yes", "--reason", "mended"]));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        Assert.Contains(await PrintedAsync(database, 0, "changes"), line => line.Contains("mended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_platform_is_paused_limited_and_resumed_and_the_overview_and_the_changes_show_it()
    {
        await using var database = await CreateAsync();

        Assert.Equal(["girlfanz would be paused."], await PrintedAsync(database, 0, "pause", "girlfanz", "--dry-run"));
        Assert.Equal(["girlfanz is paused now."], await PrintedAsync(database, 0, "pause", "girlfanz", "--reason", "It is down."));
        Assert.Equal(["girlfanz is paused already."], await PrintedAsync(database, 0, "pause", "girlfanz", "--reason", "It is down."));
        Assert.Equal(["girlfanz is limited to 60 posts a minute now."], await PrintedAsync(database, 0, "limit", "girlfanz", "60"));
        var overview = await PrintedAsync(database, 0, "overview");
        Assert.Contains(overview, line => line.Contains("paused, 60 a minute", StringComparison.Ordinal));
        Assert.Contains(overview, line =>
            line.StartsWith("girlfanz is paused since ", StringComparison.Ordinal)
            && line.EndsWith($" by {Environment.UserName} on the command line (It is down.).", StringComparison.Ordinal));
        Assert.Equal(["girlfanz is not limited now."], await PrintedAsync(database, 0, "limit", "girlfanz", "off"));
        Assert.Equal(["girlfanz is not paused now."], await PrintedAsync(database, 0, "resume", "girlfanz"));

        var changes = await PrintedAsync(database, 0, "changes");
        foreach (var verb in (string[])["pause", "limit", "resume"])
            Assert.Contains(changes, line =>
                line.Contains($"\t{verb}\tgirlfanz", StringComparison.Ordinal) || line.Contains($"\t{verb}\tplatform girlfanz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Changes_are_asked_for_by_platform()
    {
        await using var database = await CreateAsync();
        await PrintedAsync(database, 0, "pause", "girlfanz");
        await PrintedAsync(database, 0, "pause", "pupfanz");

        var changes = JsonNode.Parse(string.Concat(await PrintedAsync(database, 0, "changes", "--platform", "pupfanz", "--json")))!;

        Assert.Equal(["pupfanz"], changes["actions"]!.AsArray().Select(change => (string)change!["filter"]!["platform"]!));
    }

    [Fact]
    public async Task A_platforms_name_of_300_characters_leaves_the_overviews_figures_readable()
    {
        await using var database = await CreateAsync();
        var name = new string('x', 300);
        await database.AddItemAsync(await database.ScalarAsync<Guid>("select id from content_posts"), name);

        Assert.Contains($"{name[..100]}\t1\t0\t0\t0\t0\t", await PrintedAsync(database, 0, "overview"));
    }

    [Fact]
    public async Task A_narrow_terminal_gets_no_line_that_is_wider()
    {
        await using var database = await CreateAsync();
        var program = AppProgram.Chosen;
        await using var terminal = AppProcess.Start(
            new AppProgram("script", "-qec", $"stty cols 60; exec {string.Join(' ', [program.File, .. program.Arguments])} queue items", "/dev/null"),
            [("DATABASE_URL", database.ConnectionString), ("TERM", "xterm")]);

        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.Contains(terminal.Lines, line => line.TrimEnd() == "status    failed");
        Assert.All(terminal.Lines, line => Assert.InRange(line.TrimEnd().Length, 0, 60));
    }

    [Fact]
    public async Task One_of_a_thing_is_said_in_the_singular()
    {
        await using var database = await CreateAsync();
        string[] retry = ["retry", "--status", "failed", "--cause", "Gone [red]"];

        Assert.Equal(["girlfanz is limited to 1 post a minute now."], await PrintedAsync(database, 0, "limit", "girlfanz", "1"));
        Assert.Equal(["1 item is meant."], await PrintedAsync(database, 0, [.. retry, "--dry-run"]));
        Assert.Equal(["1 of 1 item done."], await PrintedAsync(database, 0, [.. retry, "--yes"]));
        await database.ExecuteAsync(
            "update multiplatform_post_queue set status = 'processing', processing_started_at = now() - interval '8 minutes' where status = 'queued'");
        Assert.Equal(["1 item would be reset."], await PrintedAsync(database, 0, "reset-stuck", "--dry-run"));
        Assert.Equal(["1 item reset."], await PrintedAsync(database, 0, "reset-stuck"));
    }

    [Fact]
    public async Task Everything_is_paused_only_when_that_was_confirmed()
    {
        await using var database = await CreateAsync();

        var refused = await PrintedAsync(database, 3, "pause", "all");
        Assert.Contains("This pauses everything. Say --yes where nobody can be asked. (Database: the test's)", refused);
        Assert.Equal(0L, await database.CountAsync("post_queue.pauses"));

        var paused = JsonNode.Parse(string.Concat(await PrintedAsync(database, 0, "pause", "all", "--yes", "--json")))!;
        Assert.Equal((true, "*"), ((bool)paused["changed"]!, (string?)paused["paused"]![0]!["platform"]));
        await PrintedAsync(database, 0, "pause", "girlfanz");
        Assert.Equal(
            ["Everything is not paused now. Paused by themselves: girlfanz."], await PrintedAsync(database, 0, "resume", "all"));
    }

    [Fact]
    public async Task The_check_is_among_the_commands_of_the_queue_too()
    {
        await using var database = await CreateAsync();

        Assert.Contains(
            await PrintedAsync(database, 0, "check"), line => line.StartsWith("0 errors", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_item_that_was_left_alone_is_told_and_is_exit_code_2()
    {
        await using var database = await CreateAsync();
        var posted = await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts"), with: "status = 'posted'");

        Assert.Equal(
            ["0 of 1 item done. Left alone: 1 posted."], await PrintedAsync(database, 2, "cancel", $"{posted}"));
    }

    [Fact]
    public async Task A_change_that_reached_its_limit_says_of_how_many_and_is_exit_code_2()
    {
        await using var database = await CreateAsync();
        string[] retry = ["retry", "--status", "failed", "--limit", "2"];

        Assert.StartsWith("2 of 3 items are meant", Assert.Single(await PrintedAsync(database, 2, [.. retry, "--dry-run"])));
        Assert.Equal(
            ["2 of 3 items done, the rest not touched: --limit is 2."], await PrintedAsync(database, 2, [.. retry, "--yes"]));
    }

    [Fact]
    public async Task A_cancel_is_undone_by_its_key_and_the_record_names_the_whole_filter()
    {
        await using var database = await CreateAsync();
        var creator = await database.ScalarAsync<Guid>("select id from creators");
        await PrintedAsync(database, 0, "cancel", "--status", "failed", "--creator", $"{creator}", "--key", "mine", "--yes");

        Assert.Equal(["3 of 3 items done."], await PrintedAsync(database, 0, "undo", "mine", "--yes"));
        Assert.Equal(3L, await database.CountAsync("multiplatform_post_queue where status = 'failed' and error_message is not null"));
        var changes = await PrintedAsync(database, 0, "changes", "--verb", "cancel", "--actor", "command line", "--json");
        Assert.Equal($"{creator}", (string?)JsonNode.Parse(string.Concat(changes))!["actions"]![0]!["filter"]!["creatorId"]);
        Assert.Contains(
            (await PrintedAsync(database, 0, "changes")).SelectMany(line => line.Split('\t')),
            cell => cell.Contains($"failed, creator {creator}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Health_is_said_in_words_and_by_exit_code_and_a_watch_says_it_again_a_line_a_look()
    {
        await using var database = await CreateAsync();

        Assert.Equal(["unhealthy: no worker has reported for a day"], await PrintedAsync(database, 2, "health"));
        await database.AddWorkerAsync();
        Assert.Equal(["healthy"], await PrintedAsync(database, 0, "health"));
        await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts"),
            with: "status = 'processing', processing_started_at = now() - interval '8 minutes'");
        Assert.Equal(["degraded: 1 item is stuck"], await PrintedAsync(database, 2, "health"));
        var watched = await PrintedAsync(database, 0, "watch", "--seconds", "1", "--count", "2");
        Assert.Equal(3, watched.Length);
        Assert.All(watched[1..], line => Assert.Matches(@"^\S+ \S+Z\tdegraded\t0\t1\t1\t3\t0$", line));
    }

    [Fact]
    public async Task A_creator_who_was_deleted_is_erased_once_that_was_confirmed()
    {
        await using var database = await CreateAsync();
        var creator = await database.ScalarAsync<Guid>("select id from creators");
        string[] erase = ["erase-creator", $"{creator}", "--name", "A creator"];
        await PrintedAsync(database, 0, "cancel", "--status", "failed", "--creator", $"{creator}", "--yes");
        await PrintedAsync(database, 0, "pause", "girlfanz", "--reason", "A CREATOR floods it");

        Assert.Equal(
            [$"Creator {creator} is still there. Delete their row of creators first: all that is theirs goes with it."],
            await PrintedAsync(database, 1, erase));
        await database.ExecuteAsync("delete from creators");
        const string Rows = "6 rows (2 of actions, 3 of changed_items, 1 of pauses)";
        Assert.Equal([$"{Rows} would be changed."], await PrintedAsync(database, 0, [.. erase, "--dry-run"]));
        Assert.Contains(
            $"{Rows} would be changed for good. Say --yes where nobody can be asked. (Database: the test's)", await PrintedAsync(database, 3, erase));
        Assert.Equal([$"{Rows} changed."], await PrintedAsync(database, 0, [.. erase, "--yes", "--reason", "Request 17"]));
        Assert.Equal(["0 rows changed."], await PrintedAsync(database, 0, erase));
        Assert.DoesNotContain(
            await PrintedAsync(database, 0, "changes"), line => line.Contains("creator", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Stuck_items_are_reset_after_they_were_counted()
    {
        await using var database = await CreateAsync();
        var post = await database.ScalarAsync<Guid>("select id from content_posts");
        for (var i = 0; i < 2; i++)
            await database.AddItemAsync(post, with: "status = 'processing', processing_started_at = now() - interval '8 minutes'");

        Assert.Equal(["2 items would be reset."], await PrintedAsync(database, 0, "reset-stuck", "--dry-run"));
        await PrintedAsync(database, 3, "reset-stuck");
        Assert.Equal(["0 items reset."], await PrintedAsync(database, 0, "reset-stuck", "--older-than-minutes", "60"));
        Assert.Equal(["2 items reset."], await PrintedAsync(database, 0, "reset-stuck", "--yes"));
    }

    [Fact]
    public async Task Items_are_asked_for_by_a_creators_name_and_one_by_the_eight_characters_of_the_log_whole_values_between_tabs()
    {
        await using var database = await CreateAsync();
        var longTitle = new string('t', 200);
        var item = await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts"), with: $"modified_title = '{longTitle}', status = 'cancelled'");

        var byName = await PrintedAsync(database, 0, "items", "--creator", "a cr", "--status", "cancelled");
        Assert.Contains(byName, line => line.Split('\t') is [var id, "cancelled", _, _, var title, _] && id == $"{item}" && title == longTitle);
        Assert.Contains(await PrintedAsync(database, 0, "item", $"{item}"[^8..]), line => line == $"id\t{item}");
        Assert.Equal(["No creator's name begins with \"nobody\"."], await PrintedAsync(database, 1, "items", "--creator", "nobody"));
    }

    [Fact]
    public async Task A_value_in_a_pipe_is_whole_however_long_it_is()
    {
        await using var database = await CreateAsync();
        var error = new string('e', 900);
        await database.ExecuteAsync("update multiplatform_post_queue set error_message = $1", error);

        Assert.All((await PrintedAsync(database, 0, "items"))[1..], line => Assert.EndsWith($"\t{error}", line));
    }

    [Fact]
    public async Task An_item_says_why_it_waits_and_what_operators_did_with_it()
    {
        await using var database = await CreateAsync();
        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue limit 1");
        await PrintedAsync(database, 0, "retry", $"{item}", "--reason", "mended");
        await PrintedAsync(database, 0, "pause", "girlfanz", "--reason", "It is down.");

        var printed = await PrintedAsync(database, 0, "item", $"{item}");

        var me = $"{Environment.UserName} on the command line";
        Assert.Contains(printed, line => Regex.IsMatch(line, $@"^waits\tgirlfanz is paused since \S+ \S+Z by {me} \(It is down\.\)$"));
        Assert.Contains(printed, line => line.EndsWith($"Z\tretry\t{me}\tfailed\tmended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_without_a_zone_is_UTC()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync("update multiplatform_post_queue set failed_at = '2026-01-01 12:00:00Z'");

        foreach (var time in (string[])["2026-01-01 12:00", "2026-01-01T13:00:00+01:00"])
            Assert.Equal(
                3, JsonNode.Parse(string.Concat(await PrintedAsync(
                    database, 0, "items", "--status", "failed", "--from", time, "--json")))!["items"]!.AsArray().Count);
        Assert.Empty(JsonNode.Parse(string.Concat(await PrintedAsync(
            database, 0, "items", "--status", "failed", "--from", "2026-01-01 12:00:01", "--json")))!["items"]!.AsArray());
    }

    [Theory]
    [InlineData("--status must be one of queued, processing, posted, failed, cancelled.", "items", "--status", "lost")]
    [InlineData("--from must be a time, as in 2026-11-24T20:00:00Z.", "items", "--from", "soon")]
    [InlineData("--original must be an id, as in 3f2b8c1e-0000-4000-8000-000000000000.", "items", "--original", "x")]
    [InlineData("--limit must be one whole number from 1 to 1000.", "items", "--limit", "0")]
    [InlineData("--limit must be one whole number from 1 to 1000.", "changes", "--limit", "many")]
    [InlineData("--verb must be one of retry, cancel, prune, pause, resume, limit, reset-stuck, undo, erase.", "changes", "--verb", "x")]
    [InlineData("\"xyz\" is no id. One is like 3f2b8c1e-0000-4000-8000-000000000000.", "retry", "xyz")]
    [InlineData("\"xyz\" is no id. One is like 3f2b8c1e-0000-4000-8000-000000000000.", "erase-creator", "xyz")]
    [InlineData("The filter of a retry must have one status of failed, cancelled.", "retry", "--status", "posted")]
    [InlineData("There is no item 3f2b8c1e-0000-4000-8000-000000000000.", "item", "3f2b8c1e-0000-4000-8000-000000000000")]
    [InlineData("There is no platform \"girlfans\": it is not a value of platform_cluster.", "pause", "girlfans")]
    [InlineData("--name must have 3 letters or more: a shorter one is found everywhere.", "erase-creator", "3f2b8c1e-0000-4000-8000-000000000000", "--name", "Al")]
    [InlineData("--reason is kept: it must not have the creator's id or name in it.", "erase-creator", "3f2b8c1e-0000-4000-8000-000000000000", "--name", "Ada", "--reason", "ada asked")]
    [InlineData("A limit is for one platform.", "limit", "*", "60")]
    [InlineData("per-minute must be one whole number from 1 to 60000, or off.", "limit", "girlfanz", "none")]
    [InlineData("per-minute must be one whole number from 1 to 60000, or off.", "limit", "girlfanz", "0")]
    [InlineData("A prune takes a filter whose \"to\" is at least a day ago.", "prune", "--status", "posted", "--yes")]
    public async Task What_cannot_be_done_is_one_sentence_and_exit_code_1(string sentence, params string[] arguments)
    {
        await using var database = await CreateAsync();

        Assert.Equal([sentence], await PrintedAsync(database, 1, arguments));
    }

    [Fact]
    public async Task A_prune_of_the_audit_log_is_on_record_in_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            insert into post_queue.actions (idempotency_key, verb, actor, updated_at)
            values ('old', 'pause', 'ann', now() - interval '9 days');
            select post_queue_prune_changes(now() - interval '7 days', 'k', 'bob')
            """);

        var line = (await PrintedAsync(database, 0, "changes"))[^1];

        Assert.Contains("bob", line, StringComparison.Ordinal);
        Assert.Contains("audit log, before ", line, StringComparison.Ordinal);
    }

    private static async Task<string[]> PrintedAsync(TestDatabase database, int exitCode, params string[] arguments)
    {
        await using var command = AppProcess.Start([("DATABASE_URL", database.ConnectionString), ("Queue__DatabaseName", "the test's")], ["queue", .. arguments]);
        var code = await command.WaitForExitAsync();
        string[] lines = [.. command.Lines.Where(line => line.Trim().Length > 0)];
        Assert.True(exitCode == code, $"exit code {code}:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}");
        return lines;
    }

    private async Task<TestDatabase> CreateAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        foreach (var error in (string[])["Gone [red]", "Took 5 s", "Took 7 s"])
            await database.AddItemAsync(post, with: $"status = 'failed', failed_at = clock_timestamp(), error_message = '{error}'");
        return database;
    }
}

using System.Text;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>Retry and cancel from the page: the question, the progress, the way back.</summary>
public sealed class ChangeTests(PostgresFixture postgres, ChromiumFixture chromium)
{
    [Fact]
    public async Task All_items_of_one_cause_are_retried_after_a_confirmation_that_names_them()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            await ConsoleApp.AddFailedAsync(database, post, 312, "The connection was lost.");
            await ConsoleApp.AddFailedAsync(database, post, 5, "Something else.");
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures");

        await console.ClickAsync("Retry all 312");
        await console.SeesAsync("dialog form");
        Assert.Equal("Retry 312 items that are failed, with the cause “The connection was lost.”?", await console.TextAsync("dialog h2"));
        Assert.Equal(317, await app.Database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        await console.Page.Locator("dialog input").FillAsync("the network is back");
        await console.ClickAsync("Retry 312 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("312 items queued again");
        await console.ClickAsync("Done");

        Assert.Equal(312, await app.Database.CountAsync("multiplatform_post_queue where status = 'queued' and retry_count = 0"));
        await Assertions.Expect(console.Page.Locator(".card")).ToHaveCountAsync(1);
        await console.GoAsync("changes", "td .badge:text-matches('retry|cancel')");
        var row = await console.TextAsync("tbody tr");
        Assert.Contains("QueueChange key", row);
        Assert.Contains("failed, with the cause “The connection was lost.”", row);
        Assert.Contains("the network is back", row);
    }

    [Fact]
    public async Task Selected_items_are_cancelled_and_are_as_before_after_undo()
    {
        await using var app = await StartAsync(failed: 3);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        await console.SeesAsync("table.items");

        await console.Page.Locator("tbody input").Nth(0).CheckAsync();
        await console.Page.Locator("tbody input").Nth(2).CheckAsync();
        await console.ClickAsync("Cancel selected");
        await console.ClickAsync("Cancel 2 items");
        await console.SeesAsync("dialog button:text('Undo')");
        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'cancelled'"));
        await console.ClickAsync("Undo");
        await console.ClickAsync("Bring back 2 items");
        await console.ClickAsync("Done");

        Assert.Equal(3, await app.Database.CountAsync("multiplatform_post_queue where status = 'failed' and error_message = 'It failed.'"));
    }

    /// <summary>Looked for in the turn of the click itself: a browser tells of the end of a dialog only after that.</summary>
    [Fact]
    public async Task A_dialog_that_leads_to_the_next_leaves_none_of_the_same_name_behind()
    {
        await using var app = await StartAsync(failed: 3);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        await console.ClickAsync("Pause girlfanz");
        await InDialog(console, "Pause girlfanz").ClickAsync();
        await console.SeesAsync("dialog button:text('Undo')");

        var names = await console.Page.Locator("dialog button:text('Undo')").EvaluateAsync<string[]>(
            "button => { button.click(); return [...document.querySelectorAll('dialog h2')].map(title => title.id); }");

        Assert.Single(names);
    }

    [Fact]
    public async Task All_that_match_a_filter_are_cancelled_and_undo_finds_just_them()
    {
        await using var app = await StartAsync(failed: 10);
        await app.Database.ExecuteAsync("update multiplatform_post_queue set status = 'cancelled' where id in (select id from multiplatform_post_queue limit 2)");
        var mine = await app.Database.CountAsync("multiplatform_post_queue where status = 'failed' and target_platform = 'pupfanz'");
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed&platform=pupfanz");

        await console.ClickAsync("Cancel all that match");
        await console.ClickAsync($"Cancel {mine} items");
        await console.ClickAsync("Done");
        // A reload, or another operator, another day: the record is the way back.
        await console.GoAsync("changes", "td .badge:text-matches('retry|cancel')");
        await console.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Undo the cancel ") }).ClickAsync();
        await console.ClickAsync($"Bring back {mine} items");
        await console.ClickAsync("Done");

        Assert.Equal(8, await app.Database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'cancelled'"));
    }

    [Fact]
    public async Task A_change_of_many_shows_its_progress_and_stops_when_told()
    {
        await using var app = await StartAsync(failed: 8000);
        // So slow that there is time to stop it: a third of a second a portion.
        await app.Database.ExecuteAsync(
            """
            create function slow() returns trigger language plpgsql as $$begin perform pg_sleep(0.3); return null; end$$;
            create trigger slow before update on multiplatform_post_queue execute function slow()
            """);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures");

        await console.ClickAsync("Retry all 8,000");
        await console.ClickAsync("Retry 8,000 items");
        await Assertions.Expect(console.Page.Locator("dialog p")).ToHaveTextAsync(new Regex("^[1-7],000 of 8,000 items queued again …$"));
        await console.ClickAsync("Stop");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("Stopped");

        var said = await console.TextAsync("dialog p");
        var done = await app.Database.CountAsync("multiplatform_post_queue where status = 'queued'");
        Assert.InRange(done, 1000, 7000);
        Assert.Equal($"{done:N0} items were queued again, the rest is as it was.", said.Trim());

        // The record says what it meant, and it goes on from there.
        await console.ClickAsync("Done");
        await app.Database.ExecuteAsync("drop trigger slow on multiplatform_post_queue");
        await console.GoAsync("changes", "td .badge:text-matches('retry|cancel')");
        Assert.Contains("failed, with the cause “It failed.”", await console.TextAsync("tbody tr"));
        Assert.Contains("not finished", await console.TextAsync("tbody tr"));
        await console.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Go on with the retry ") }).ClickAsync();
        await InDialog(console, "Go on").ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("8,000 items queued again");
        Assert.Equal(1, await app.Database.CountAsync("post_queue.actions where finished and done = 8000"));
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task A_platform_is_paused_after_a_question_and_resumed_by_undo(int width)
    {
        await using var app = await StartAsync(failed: 4);
        await using var console = await ConsolePage.OpenAsync(chromium, app, width: width);

        await console.ClickAsync("Pause girlfanz");
        Assert.Equal("Pause girlfanz?", await console.TextAsync("dialog h2"));
        Assert.Contains("its items wait", await console.TextAsync("dialog p"));
        await console.AssertIsFitAsync();
        Assert.Equal(0, await app.Database.CountAsync("post_queue.pauses"));
        await console.Page.Locator("dialog input").FillAsync("its API answers 503");
        await InDialog(console, "Pause girlfanz").ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("girlfanz is paused");
        await Assertions.Expect(console.Page.Locator(".held li")).ToHaveTextAsync(
            new Regex("girlfanz .* by QueueChange key: its API answers 503"));

        await console.ClickAsync("Undo: resume");
        await InDialog(console, "Resume girlfanz").ClickAsync();
        await console.ClickAsync("Done");
        await Assertions.Expect(console.Page.Locator(".held")).ToHaveCountAsync(0);

        Assert.Equal(0, await app.Database.CountAsync("post_queue.pauses where resumed_at is null"));
        await console.GoAsync("changes", ".badge.resume");
        var rows = await console.Page.Locator("tbody tr").AllInnerTextsAsync();
        Assert.Contains("resume\tgirlfanz", rows[0]);
        Assert.Contains("pause\tgirlfanz", rows[1]);
        Assert.EndsWith("its API answers 503", rows[1].Trim());
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task Everything_is_paused_and_resumed()
    {
        await using var app = await StartAsync(failed: 4);
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        await console.ClickAsync("Pause everything");
        Assert.Contains("all items wait", await console.TextAsync("dialog p"));
        await InDialog(console, "Pause everything").ClickAsync();
        await console.ClickAsync("Done");
        await Assertions.Expect(console.Page.Locator("tbody .badge")).ToHaveTextAsync(["paused", "paused"]);
        await Assertions.Expect(console.Page.GetByRole(AriaRole.Button, new() { Name = "Pause everything" })).ToHaveCountAsync(0);
        await console.ClickAsync("Resume everything");
        await InDialog(console, "Resume everything").ClickAsync();
        await console.ClickAsync("Done");

        await Assertions.Expect(console.Page.Locator("tbody .badge")).ToHaveCountAsync(0);
        Assert.Equal(1, await app.Database.CountAsync("post_queue.pauses where platform = '*' and resumed_at is not null"));
    }

    [Fact]
    public async Task A_platform_is_limited_and_the_limit_is_taken_off_by_undo()
    {
        await using var app = await StartAsync(failed: 4);
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        await console.ClickAsync("Limit pupfanz");
        await console.Page.Locator("dialog input[name=perMinute]").FillAsync("60");
        await InDialog(console, "Limit pupfanz").ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("pupfanz gets 60 posts a minute");
        Assert.Equal(1, await app.Database.CountAsync("post_queue.limits where platform = 'pupfanz' and per_minute = 60"));
        await Assertions.Expect(console.Page.Locator("tr[data-key=pupfanz] .badge")).ToHaveTextAsync("60 a minute");
        await console.ClickAsync("Undo: no limit");
        await InDialog(console, "Limit pupfanz").ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("pupfanz has no limit");

        Assert.Equal(0, await app.Database.CountAsync("post_queue.limits where per_minute is not null"));
    }

    [Fact]
    public async Task A_limit_is_lifted_where_it_is_shown()
    {
        await using var app = await StartAsync(failed: 4);
        await app.Database.ExecuteAsync("select post_queue_limit('pupfanz', 60, 'anna', null)");
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        await console.ClickAsync("Lift the limit of pupfanz");
        await InDialog(console, "Lift the limit").ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("pupfanz has no limit");

        Assert.Equal(0, await app.Database.CountAsync("post_queue.limits where per_minute is not null"));
    }

    [Fact]
    public async Task A_change_that_reached_its_limit_says_so_in_the_dialog_and_in_the_audit_log()
    {
        await using var app = await StartAsync(failed: 6);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        // The page orders a million at most.
        await console.Page.RouteAsync("**/api/queue/cancel", route => route.ContinueAsync(new()
        {
            PostData = Encoding.UTF8.GetBytes(route.Request.PostData!.Replace("\"limit\":1000000", "\"limit\":2", StringComparison.Ordinal)),
        }));

        await console.ClickAsync("Cancel all that match");
        await Assertions.Expect(console.Page.Locator("dialog .ink-late")).ToHaveTextAsync("2 of 6 that match: the rest is not touched.");
        await console.ClickAsync("Cancel 2 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("2 of 6 items cancelled");
        await console.ClickAsync("Done");
        await console.GoAsync("changes", "td .badge.cancel");

        Assert.Contains("2 of 6, the rest not touched", await console.TextAsync("tbody tr"));
    }

    [Fact]
    public async Task Stuck_items_are_reset_and_without_any_there_is_no_button_for_it()
    {
        await using var app = await StartAsync(failed: 2);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var button = console.Page.GetByRole(AriaRole.Button, new() { Name = "Reset stuck items" });
        await Assertions.Expect(button).ToHaveCountAsync(0);
        await app.Database.ExecuteAsync(
            "update multiplatform_post_queue set status = 'processing', processing_started_at = now() - interval '7 minutes'");
        await console.Page.Keyboard.PressAsync("r");

        await button.ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("Reset 2 stuck items?");
        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'processing'"));
        await console.ClickAsync("Reset 2 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("2 items queued again");
        await console.ClickAsync("Done");

        await Assertions.Expect(button).ToHaveCountAsync(0);
        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'queued'"));
        await console.GoAsync("changes", ".badge.resetStuck");
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_sent_again_under_its_key_and_done_once()
    {
        await using var app = await StartAsync(failed: 2);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        console.Means("net::ERR_FAILED");
        var isFirst = true;
        await console.Page.RouteAsync("**/api/queue/pause", async route =>
        {
            if (!isFirst)
            {
                await route.ContinueAsync();
                return;
            }

            isFirst = false;
            await route.FetchAsync();
            await route.AbortAsync();
        });

        await console.ClickAsync("Pause girlfanz");
        await InDialog(console, "Pause girlfanz").ClickAsync();
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("No answer");
        await console.ClickAsync("Try again");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("girlfanz is paused");

        Assert.Equal(1, await app.Database.CountAsync("post_queue.actions"));
    }

    private static ILocator InDialog(ConsolePage console, string button) =>
        console.Page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = button, Exact = true });

    private Task<ConsoleApp> StartAsync(int failed) => ConsoleApp.StartAsync(postgres, async database =>
        await ConsoleApp.AddFailedAsync(database, await database.AddPostAsync(await database.AddCreatorAsync()), failed));
}

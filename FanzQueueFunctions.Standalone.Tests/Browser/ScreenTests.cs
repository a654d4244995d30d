using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>A change means what is on the screen: the filter in the form, the rows that are shown, and nothing else.</summary>
public sealed class ScreenTests(PostgresFixture postgres, ChromiumFixture chromium)
{
    private const string CancelAll = "Cancel all that match";

    [Fact]
    public async Task A_filter_that_is_typed_and_not_applied_leaves_no_button_for_all_that_match()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        var all = console.Page.GetByRole(AriaRole.Button, new() { Name = CancelAll });
        await Assertions.Expect(all).ToBeEnabledAsync();

        await console.Page.GetByLabel("Platform", new() { Exact = true }).SelectOptionAsync("=pupfanz");
        await Assertions.Expect(all).ToBeDisabledAsync();
        await console.SeesAsync("text=The form says something else than what is shown");
        await console.AssertIsFitAsync();
        await console.ClickAsync("Filter");
        await Assertions.Expect(all).ToBeEnabledAsync();
        await all.ClickAsync();

        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("Cancel 3 items that are failed, for pupfanz?");
    }

    [Fact]
    public async Task A_filter_that_is_typed_and_not_applied_leaves_nothing_to_export()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        var export = console.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" });
        await Assertions.Expect(export).ToBeEnabledAsync();

        await console.Page.GetByLabel("Platform", new() { Exact = true }).SelectOptionAsync("=pupfanz");
        await Assertions.Expect(export).ToBeDisabledAsync();
        await console.ClickAsync("Filter");

        await Assertions.Expect(export).ToBeEnabledAsync();
    }

    [Fact]
    public async Task A_time_that_is_typed_and_not_shown_leaves_no_button_of_a_cause()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures");
        var all = console.Page.GetByRole(AriaRole.Button, new() { Name = "Retry all 6" });
        await Assertions.Expect(all).ToBeEnabledAsync();

        await console.Page.Locator("input[name=since]").FillAsync("2020-01-01T01:00");
        await Assertions.Expect(all).ToBeDisabledAsync();
        await console.SeesAsync("text=The form says another time than what is shown");
        await console.AssertIsFitAsync();
        await console.ClickAsync("Show");

        await Assertions.Expect(all).ToBeEnabledAsync();
    }

    [Fact]
    public async Task The_question_from_a_cause_says_the_whole_filter()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures?since=2020-01-01T00%3A00%3A00Z");

        await console.ClickAsync("Cancel all 6");

        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync(
            "Cancel 6 items that are failed, with the cause “It failed.”, from 1 Jan 2020, 01:00:00 UTC+1?");
    }

    [Fact]
    public async Task While_a_view_loads_it_says_so_and_no_button_acts()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        var all = console.Page.GetByRole(AriaRole.Button, new() { Name = CancelAll });
        await Assertions.Expect(all).ToBeEnabledAsync();
        var goesOn = new TaskCompletionSource();
        await console.Page.RouteAsync("**/api/queue/items?*platform=pupfanz*", async route =>
        {
            await goesOn.Task;
            await route.ContinueAsync();
        });

        await console.GoAsync("items?status=failed&platform=pupfanz");
        await console.SeesAsync("main.loading");
        await Assertions.Expect(all).ToBeDisabledAsync();
        await Assertions.Expect(console.Page.Locator(".live")).ToHaveTextAsync("Loading …");
        await console.Page.Keyboard.PressAsync("c");
        Assert.Equal(0, await console.Page.Locator("dialog").CountAsync());
        goesOn.SetResult();

        await Assertions.Expect(all).ToBeEnabledAsync();
        await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_wrong_time_in_the_address_keeps_the_form_says_what_is_wrong_and_leaves_no_button_that_changes()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed&from=yesterday");

        await console.SeesAsync("[role=alert]");
        Assert.Equal("From is no time: “yesterday”. Say it as in 2026-11-24T20:00:00Z.", await console.TextAsync("[role=alert]"));
        Assert.Equal("failed", await console.Page.GetByLabel("Status").InputValueAsync());
        Assert.Equal(0, await console.Page.GetByRole(AriaRole.Button, new() { Name = CancelAll }).CountAsync());
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task A_wrong_address_of_the_audit_log_keeps_the_form_and_says_what_is_wrong()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "changes?verb=x&actor=anna");
        console.Means("400");

        await Assertions.Expect(console.Page.Locator("main [role=alert]")).ToHaveTextAsync(
            "verb must be one of retry, cancel, prune, pause, resume, limit, resetStuck, undo, erase.");
        Assert.Equal("anna", await console.Page.GetByLabel("Who").InputValueAsync());
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task An_address_that_has_no_id_of_an_item_says_so_in_words()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "item/7");
        console.Means("400");

        await Assertions.Expect(console.Page.Locator("main p")).ToHaveTextAsync(
            "\"7\" is no id of an item. One is like 3f2b8c1e-0000-4000-8000-000000000000.");
    }

    [Fact]
    public async Task An_empty_platform_means_the_items_without_a_name_and_not_all()
    {
        await using var app = await StartAsync(async database => await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts limit 1"), "", "status = 'failed', failed_at = now()"));
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");

        await console.Page.GetByLabel("Platform", new() { Exact = true }).SelectOptionAsync("(empty name)");
        await console.ClickAsync("Filter");
        await console.IsAtAsync("#/items?status=failed&platform=");
        await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await console.ClickAsync(CancelAll);
        await console.ClickAsync("Cancel 1 item");
        await console.ClickAsync("Done");

        Assert.Equal(1, await app.Database.CountAsync("multiplatform_post_queue where status = 'cancelled'"));
    }

    [Fact]
    public async Task The_question_says_the_filter_in_words_counts_by_status_and_platform_and_five_titles()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(
            chromium, app, view: "items?status=failed&title=original&from=2020-01-01T00%3A00%3A00Z");

        await console.ClickAsync(CancelAll);
        await console.SeesAsync("dialog form");

        Assert.Matches(
            @"^Cancel 6 items that are failed, titled “…original…”, from 1 Jan 2020, 01:00:00 UTC\+1\?$", await console.TextAsync("dialog h2"));
        Assert.Equal(["failed\tgirlfanz\t3", "failed\tpupfanz\t3"], await console.Page.Locator("dialog tr").AllInnerTextsAsync());
        Assert.Equal(5, await console.Page.Locator("dialog .titles li").CountAsync());
        await console.AssertIsFitAsync();
    }

    [Theory]
    [InlineData("Asia/Kolkata")]
    [InlineData("America/St_Johns")]
    public async Task One_address_means_the_same_items_in_every_place_and_a_time_stays_when_it_is_asked_for_again(string zone)
    {
        await using var app = await StartAsync(database => database.ExecuteAsync(
            "update multiplatform_post_queue set failed_at = '2026-11-01T04:15:00Z' where target_platform = 'pupfanz'"));
        // In St. John's the clocks go back at 04:30 UTC: this hour comes twice there.
        const string Address = "items?status=failed&from=2026-11-01T04%3A00%3A00.000Z&to=2026-11-01T04%3A30%3A00.000Z";
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: Address, timezone: zone);
        await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(3);

        await console.ClickAsync("Filter");
        await console.Page.GetByLabel("Status").SelectOptionAsync("");
        await console.IsAtAsync("from=2026-11-01T04%3A00%3A00.000Z&to=2026-11-01T04%3A30%3A00.000Z");
    }

    [Fact]
    public async Task The_name_that_was_given_with_the_key_stands_in_the_record()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, key: null);
        await console.Page.GetByLabel("Your name, for the record of changes; may be empty").FillAsync("Zoë");
        await console.EnterAsync(ConsoleApp.HostKey);
        await console.GoAsync("items?status=failed", "table.items");
        await console.ClickAsync(CancelAll);
        await console.ClickAsync("Cancel 6 items");
        await console.ClickAsync("Done");

        await console.GoAsync("changes", "td .badge.cancel");
        Assert.Contains("Zoë (QueueChange key)", await console.TextAsync("tbody tr"));
        await console.Page.GetByLabel("Who").FillAsync("nobody");
        await console.ClickAsync("Filter");
        await console.SeesAsync("text=No change is recorded.");
    }

    private Task<ConsoleApp> StartAsync(Func<TestDatabase, Task>? and = null) => ConsoleApp.StartAsync(postgres, async database =>
    {
        await ConsoleApp.AddFailedAsync(database, await database.AddPostAsync(await database.AddCreatorAsync()), 6);
        if (and is not null)
            await and(database);
    });
}

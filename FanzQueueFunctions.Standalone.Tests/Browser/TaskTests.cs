using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>
/// What an operator comes for takes few actions from the overview: a click, a key, a choice in a field, or text that is typed.
/// </summary>
public sealed class TaskTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Fact]
    public async Task Why_a_creators_post_is_not_on_a_platform_takes_5()
    {
        await using var console = await ConsolePage.OpenAsync(chromium, await demo.MessyAppAsync(postgres));
        var hand = new Hand(console.Page);

        await hand.PressAsync("g", "i");
        await hand.TypeAsync(console.Page.GetByLabel("Creator", new() { Exact = true }), "Flood");
        await hand.ChooseAsync(console.Page.GetByLabel("Platform", new() { Exact = true }), "=transfanz");
        await hand.ClickAsync("Filter");
        await console.SeesAsync("td.short[title=transfanz]");
        await hand.ClickAsync(console.Page.Locator("td.text > a").First);

        await Assertions.Expect(console.Page.Locator(".answer")).ToHaveTextAsync(
            new Regex(@"^Waits: transfanz is paused .+ by anna: its API answers 503; [\d,]+ before it\.$"));
        Assert.Equal(5, hand.Actions);
    }

    [Fact]
    public async Task A_retry_of_one_cause_since_a_time_takes_5()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var hand = new Hand(console.Page);

        await hand.PressAsync("g", "f");
        await hand.TypeAsync(console.Page.Locator("input[name=since]"), "2020-01-01T02:00");
        await hand.PressAsync("Enter");
        await console.IsAtAsync("#/failures?since=2020-01-01T01%3A00%3A00.000Z");
        await hand.ClickAsync("Retry all 4");
        await hand.ClickAsync("Retry 4 items");

        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("4 items queued again");
        Assert.Equal(5, hand.Actions);
    }

    [Fact]
    public async Task A_cancel_of_all_that_is_queued_for_a_platform_takes_3_and_of_all_else_4_more_each()
    {
        await using var app = await StartAsync();
        await app.Database.AddItemsAsync(await app.Database.ScalarAsync<Guid>("select id from content_posts"), 6);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var hand = new Hand(console.Page);

        await hand.ClickAsync(console.Page.GetByRole(AriaRole.Link, new() { Name = "2 due for girlfanz" }));
        await hand.ClickAsync("Cancel all that match");
        await hand.ClickAsync("Cancel 2 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("2 items cancelled");
        Assert.Equal(3, hand.Actions);

        await hand.PressAsync("Escape");
        await hand.ChooseAsync(console.Page.GetByLabel("Status"), "failed");
        await console.IsAtAsync("#/items?status=failed&platform=girlfanz");
        await hand.ClickAsync("Cancel all that match");
        await hand.ClickAsync("Cancel 2 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("2 items cancelled");
        Assert.Equal(7, hand.Actions);
    }

    [Fact]
    public async Task An_item_by_its_posts_id_takes_3()
    {
        var app = await demo.MessyAppAsync(postgres);
        var post = await app.Database.ScalarAsync<Guid>("select id from content_posts where is_crosspost limit 1");
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var hand = new Hand(console.Page);

        await hand.FindAsync($"{post}");

        await Assertions.Expect(console.Page.Locator(".ids")).ToContainTextAsync($"{post}");
        Assert.Equal(3, hand.Actions);
    }

    [Fact]
    public async Task An_item_by_words_of_its_error_takes_4()
    {
        await using var console = await ConsolePage.OpenAsync(chromium, await demo.MessyAppAsync(postgres));
        var hand = new Hand(console.Page);

        await hand.FindAsync("API ANSWERED with a page");
        await hand.ClickAsync(console.Page.Locator("td.text > a").First);

        await Assertions.Expect(console.Page.Locator("pre.error")).ToHaveTextAsync("The API answered with a page, not with JSON.");
        Assert.Equal(4, hand.Actions);
    }

    [Fact]
    public async Task This_hour_against_yesterdays_is_seen_without_any()
    {
        await using var console = await ConsolePage.OpenAsync(chromium, await demo.MessyAppAsync(postgres));

        await Assertions.Expect(console.Page.Locator(".figure", new() { HasText = "Posted, last hour" }))
            .ToHaveTextAsync(new Regex(@"this hour yesterday [\d,]+"));
    }

    [Fact]
    public async Task The_slowest_platform_takes_1()
    {
        await using var console = await ConsolePage.OpenAsync(chromium, await demo.MessyAppAsync(postgres));
        var hand = new Hand(console.Page);
        await console.SeesAsync(".spark");

        await hand.ClickAsync("p95");

        await Assertions.Expect(console.Page.Locator("th[aria-sort=descending]")).ToHaveTextAsync("p95 ↓");
        Assert.Equal(1, hand.Actions);
    }

    [Fact]
    public async Task Who_paused_a_platform_takes_3()
    {
        await using var console = await ConsolePage.OpenAsync(chromium, await demo.MessyAppAsync(postgres));
        var hand = new Hand(console.Page);

        await hand.PressAsync("g", "c");
        await hand.ChooseAsync(console.Page.GetByLabel("What"), "pause");
        await console.IsAtAsync("#/changes?verb=pause");
        await hand.ChooseAsync(console.Page.GetByLabel("Platform", new() { Exact = true }), "=transfanz");
        await console.IsAtAsync("#/changes?verb=pause&platform=transfanz");

        await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(console.Page.Locator("tbody tr")).ToContainTextAsync("anna");
        Assert.Equal(3, hand.Actions);
    }

    [Fact]
    public async Task An_undo_of_yesterdays_cancel_takes_3()
    {
        await using var app = await StartAsync();
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        await console.ClickAsync("Cancel all that match");
        await console.ClickAsync("Cancel 4 items");
        await console.ClickAsync("Done");
        await app.Database.ExecuteAsync("update post_queue.actions set started_at = started_at - interval '1 day'");
        var hand = new Hand(console.Page);

        await hand.PressAsync("g", "c");
        await hand.ClickAsync(console.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Undo the cancel ") }));
        await hand.ClickAsync("Bring back 4 items");

        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("4 items brought back");
        Assert.Equal(3, hand.Actions);
    }

    private Task<ConsoleApp> StartAsync() => ConsoleApp.StartAsync(postgres, async database =>
        await ConsoleApp.AddFailedAsync(database, await database.AddPostAsync(await database.AddCreatorAsync()), 4));

    /// <summary>An operator's hand, which counts what it does.</summary>
    private sealed class Hand(IPage page)
    {
        public int Actions { get; private set; }

        /// <summary>A key, or keys that are pressed as one, as in g i.</summary>
        public async Task PressAsync(params string[] keys)
        {
            Actions++;
            foreach (var key in keys)
                await page.Keyboard.PressAsync(key);
        }

        public Task ClickAsync(string button) => ClickAsync(page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }));

        public Task ClickAsync(ILocator what)
        {
            Actions++;
            return what.ClickAsync();
        }

        public Task TypeAsync(ILocator field, string text)
        {
            Actions++;
            return field.FillAsync(text);
        }

        public async Task ChooseAsync(ILocator field, string value)
        {
            Actions++;
            await field.SelectOptionAsync(value);
        }

        /// <summary>To the field at the top, what is looked for, and Enter.</summary>
        public async Task FindAsync(string text)
        {
            await PressAsync("/");
            Actions++;
            await page.Keyboard.InsertTextAsync(text);
            await PressAsync("Enter");
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>The list of items: its filter, its pages, what it gives away as a file.</summary>
public sealed class ItemListTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Fact]
    public async Task A_filter_is_kept_in_the_address_and_found_there_again()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items");
        await console.SeesAsync("table.items");

        await console.Page.GetByLabel("Status").SelectOptionAsync("failed");
        await console.IsAtAsync("#/items?status=failed");
        await console.Page.GetByLabel("Platform", new() { Exact = true }).SelectOptionAsync("=pupfanz");
        await console.ClickAsync("Filter");
        await console.IsAtAsync("#/items?status=failed&platform=pupfanz");
        await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(41);

        await console.Page.ReloadAsync();
        await console.EnterAsync(ConsoleApp.HostKey);
        await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(41);
        Assert.Equal("=pupfanz", await console.Page.GetByLabel("Platform", new() { Exact = true }).InputValueAsync());
        Assert.All(await console.Page.Locator("tbody td:nth-child(4)").AllInnerTextsAsync(), name => Assert.Equal("pupfanz", name));
    }

    [Fact]
    public async Task A_creator_is_found_by_the_first_letters_of_the_name()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        var creator = console.Page.GetByLabel("Creator", new() { Exact = true });

        await creator.FillAsync("luna");
        await console.ClickAsync("Filter");
        await console.IsAtAsync("#/items?status=failed&creator=luna");
        await console.SeesAsync("td:nth-child(5) a:text-is('Luna Vale')");
        await Assertions.Expect(console.Page.Locator("tbody td:nth-child(5):not(:has-text('Luna Vale'))")).ToHaveCountAsync(0);

        await app.Database.ExecuteAsync("insert into creators (creator_name) values ('Lunatic')");
        await creator.FillAsync("LUN");
        await console.ClickAsync("Filter");
        await console.SeesAsync("h2:text('Whose items?')");
        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Lunatic" }).ClickAsync();
        await console.SeesAsync("text=No item matches.");

        await creator.FillAsync("Nobody");
        await console.ClickAsync("Filter");
        await console.SeesAsync("text=No creator’s name begins with “Nobody”.");
    }

    [Fact]
    public async Task Rows_that_arrive_move_nothing_until_they_are_asked_for()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database => await ConsoleApp.AddFailedAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), 120));
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        await console.SeesAsync("table.items");
        var first = await console.Page.Locator("tbody tr").First.GetAttributeAsync("data-key");
        await console.Page.Locator("tbody input").First.CheckAsync();

        var post = await app.Database.ScalarAsync<Guid>("select id from content_posts limit 1");
        await app.Database.AddItemAsync(post, with: "status = 'failed', failed_at = now()");
        await console.Page.Keyboard.PressAsync("r");
        await console.SeesAsync("button:text('Show changes (1 newer)')");
        Assert.Equal(first, await console.Page.Locator("tbody tr").First.GetAttributeAsync("data-key"));
        await Assertions.Expect(console.Page.Locator("tbody input").First).ToBeCheckedAsync();

        await console.ClickAsync("Show changes (1 newer)");
        await Assertions.Expect(console.Page.Locator("tbody tr").Nth(1)).ToHaveAttributeAsync("data-key", first!);
    }

    [Fact]
    public async Task Pages_follow_one_another_without_a_gap_or_a_double()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database => await ConsoleApp.AddFailedAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), 120));
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        List<string?> seen = [];

        foreach (var rows in (int[])[50, 50, 20])
        {
            await Assertions.Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(rows);
            if (seen.Count > 0)
                await Assertions.Expect(console.Page.Locator("tbody tr").First).Not.ToHaveAttributeAsync("data-key", seen[^50]!);
            foreach (var row in await console.Page.Locator("tbody tr").AllAsync())
                seen.Add(await row.GetAttributeAsync("data-key"));
            if (rows == 50)
                await console.Page.GetByRole(AriaRole.Link, new() { Name = "Next page" }).ClickAsync();
        }

        Assert.Equal(120, seen.Distinct().Count());
    }

    [Fact]
    public async Task Back_from_an_item_returns_to_its_row()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database => await ConsoleApp.AddFailedAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), 50));
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        var row = console.Page.Locator("td.text > a").Nth(45);
        await row.ClickAsync();
        await console.SeesAsync(".answer");

        await console.Page.GoBackAsync();

        await Assertions.Expect(row).ToBeFocusedAsync();
        await Assertions.Expect(row).ToBeInViewportAsync();
    }

    [Fact]
    public async Task An_item_leads_to_the_next_and_the_previous_of_the_list_that_one_came_from()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database => await ConsoleApp.AddFailedAsync(
            database, await database.AddPostAsync(await database.AddCreatorAsync()), 6));
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed&platform=pupfanz");
        var rows = console.Page.Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        var (second, third) = (await rows.Nth(1).GetAttributeAsync("data-key"), await rows.Nth(2).GetAttributeAsync("data-key"));
        await rows.Nth(1).Locator("td.text > a").ClickAsync();

        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Next", Exact = true }).ClickAsync();
        // The address changes at once, and the item before it stays, dimmed, until this one is read.
        await console.IsAtAsync($"#/item/{third}");
        await Assertions.Expect(console.Page.Locator(".crumbs .mono")).ToHaveTextAsync(third!);
        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Previous", Exact = true }).ClickAsync();
        await console.IsAtAsync($"#/item/{second}");
    }

    [Fact]
    public async Task An_id_is_copied_by_its_button()
    {
        var app = await demo.AppAsync(postgres);
        var item = await app.Database.ScalarAsync<Guid>("select id from multiplatform_post_queue where status = 'posted' limit 1");
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: $"item/{item}");
        await console.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await console.ClickAsync("Copy the id: Item");

        await console.Page.WaitForFunctionAsync("async id => await navigator.clipboard.readText() === id", $"{item}");
    }

    [Fact]
    public async Task All_that_match_are_given_as_CSV_and_as_JSON_and_no_cell_is_a_formula()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            await ConsoleApp.AddFailedAsync(database, post, 1200);
            await database.AddItemAsync(post, with: "status = 'failed', failed_at = now(), modified_title = '=1+1, \"quoted\"'");
            await database.AddItemAsync(post, with: "status = 'failed', failed_at = now(), modified_title = 'a;=1+1'");
            await database.AddItemAsync(post, with: "status = 'failed', failed_at = now(), modified_title = '＝1+1'");
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");

        var csv = await DownloadAsync(console, "CSV");
        var json = JsonNode.Parse(await DownloadAsync(console, "JSON"))!;

        Assert.StartsWith("\ufeff\"id\",\"status\",\"targetPlatform\",\"title\",", csv);
        Assert.Contains("\"failed\",\"girlfanz\",\"'=1+1, \"\"quoted\"\"\",", csv);
        Assert.Equal(1 + 1203, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(1203, json.AsArray().Count);
        Assert.Contains("\"a;'=1+1\"", csv);
        Assert.Contains("\"'＝1+1\"", csv);
        Assert.Contains("=1+1, \"quoted\"", json.AsArray().Select(item => (string)item!["title"]!));
    }

    private static async Task<string> DownloadAsync(ConsolePage console, string button)
    {
        var download = await console.Page.RunAndWaitForDownloadAsync(() => console.ClickAsync(button));
        return Encoding.UTF8.GetString(await File.ReadAllBytesAsync(await download.PathAsync()));
    }
}

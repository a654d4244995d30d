using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>One field finds whatever an operator has in hand.</summary>
public sealed class FindTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Fact]
    public async Task An_id_of_an_item_an_original_a_post_or_a_creator_and_the_eight_characters_of_the_log_lead_there()
    {
        var app = await demo.AppAsync(postgres);
        var row = (await app.Database.RowsAsync(
            "select q.id, q.original_post_id, q.target_post_id, q.creator_id from multiplatform_post_queue q join content_posts p on p.id = q.target_post_id limit 1"))[0];
        var (item, original, post, creator) = ($"{row[0]}", $"{row[1]}", $"{row[2]}", $"{row[3]}");
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "changes");

        await FindAsync(console, item, $"#/item/{item}");
        await FindAsync(console, original, $"#/items?originalPostId={original}");
        await FindAsync(console, post, $"#/item/{item}");
        await FindAsync(console, creator, $"#/items?creatorId={creator}");
        await FindAsync(console, item[^8..], $"#/items?shortId={item[^8..]}");
        await Assertions.Expect(console.Page.Locator($"tr[data-key='{item}']")).ToBeVisibleAsync();
        await FindAsync(console, "3f2b8c1e-0000-4000-8000-000000000000", "#/items?id=3f2b8c1e-0000-4000-8000-000000000000");
        await console.SeesAsync("text=No item, original, post or creator has the id 3f2b8c1e-0000-4000-8000-000000000000.");
        await FindAsync(console, "luna", "#/items?text=luna");
        await console.SeesAsync("main .note a:text-is('Luna Vale')");
    }

    [Fact]
    public async Task Words_of_an_error_are_found_by_reading_on_through_the_table_and_nothing_is_said_only_at_its_end()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            // By the order of their ids the one that is looked for stands last.
            await database.AddItemAsync(post, with: "status = 'failed', failed_at = now(), error_message = 'The CDN was asleep'");
            await database.AddItemsAsync(post, 12_000);
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        await FindAsync(console, "cdn WAS", "#/items?text=cdn+WAS");
        await Assertions.Expect(console.Page.Locator("table.items tbody tr")).ToHaveCountAsync(1);
        await FindAsync(console, "no such words", "#/items?text=no+such+words");
        await Assertions.Expect(console.Page.Locator(".empty")).ToHaveTextAsync("No item matches.");

        Assert.Equal(3, console.Requested.Count(address => address.Contains("text=no+such+words", StringComparison.Ordinal)
            && new Regex("after=").IsMatch(address)) + 1);
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task Reading_on_shows_how_far_it_came_and_stops_when_told()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
            await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 12_000));
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var goesOn = new TaskCompletionSource();
        await console.Page.RouteAsync("**/api/queue/items?*after=*", async route =>
        {
            await goesOn.Task;
            await route.ContinueAsync();
        });

        await FindAsync(console, "no such words", "#/items?text=no+such+words");
        await console.SeesAsync("text=Reading on; looked at those until");
        await Assertions.Expect(console.Page.Locator(".empty")).ToHaveTextAsync("Nothing so far.");
        await console.ClickAsync("Stop");
        goesOn.SetResult();

        await console.SeesAsync("text=Stopped.");
        await Assertions.Expect(console.Page.Locator(".empty")).ToHaveTextAsync("Nothing so far.");
    }

    [Fact]
    public async Task What_is_typed_stays_when_the_header_gains_the_name_of_the_database()
    {
        var app = await demo.AppAsync(postgres);
        var asked = 0;
        var mayAnswer = new TaskCompletionSource();
        await using var console = await ConsolePage.OpenAsync(chromium, app, key: null, view: "changes", prepare: page =>
            page.RouteAsync("**/api/queue/overview", async route =>
            {
                // The first tries the key.
                if (Interlocked.Increment(ref asked) > 1)
                    await mayAnswer.Task;
                await route.ContinueAsync();
            }));
        await console.EnterAsync(ConsoleApp.HostKey);

        await Assertions.Expect(console.Page.Locator("#main")).ToBeFocusedAsync();
        await console.Page.Keyboard.PressAsync("/");
        await console.Page.Keyboard.TypeAsync("luna");
        await Assertions.Expect(console.Page.Locator(".find input")).ToHaveValueAsync("luna");
        await Assertions.Expect(console.Page.Locator("#top bdi.note")).ToHaveCountAsync(0);
        mayAnswer.SetResult();

        await Assertions.Expect(console.Page.Locator("#top bdi.note")).ToBeVisibleAsync();
        await Assertions.Expect(console.Page.Locator(".find input")).ToHaveValueAsync("luna");
        await Assertions.Expect(console.Page.Locator(".find input")).ToBeFocusedAsync();
    }

    private static async Task FindAsync(ConsolePage console, string text, string address)
    {
        await Assertions.Expect(console.Page.Locator("#main")).ToBeFocusedAsync();
        await console.Page.Keyboard.PressAsync("/");
        await console.Page.Keyboard.TypeAsync(text);
        await console.Page.Keyboard.PressAsync("Enter");
        await console.IsAtAsync(address);
    }
}

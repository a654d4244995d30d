using System.Net;
using System.Text;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>The key: what it opens, and that it is nowhere but in the page's memory.</summary>
public sealed class SignInTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Fact]
    public async Task A_wrong_key_says_so_and_the_right_one_opens_the_console()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, key: null);
        console.Means("401");

        foreach (var wrong in (string[])["a-wrong-key", "clé 🎁", ConsoleApp.ChangeKey])
        {
            await console.EnterAsync(wrong);
            Assert.StartsWith("This key does not open the console.", await console.TextAsync("#key-trouble"));
        }

        await console.EnterAsync(ConsoleApp.HostKey);
        await console.SeesAsync(".health h1");
    }

    /// <summary>As <c>func</c> on a developer's machine: here something on the way puts the key to every request.</summary>
    [Fact]
    public async Task Where_the_app_asks_for_no_key_an_empty_one_enters()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(
            chromium, app, key: "", view: "failures", prepare: page => page.SetExtraHTTPHeadersAsync(
                [new("x-functions-key", ConsoleApp.HostKey)]));

        await console.SeesAsync(".card button:text-matches('retry', 'i')");
    }

    [Fact]
    public async Task The_key_is_in_no_address_store_or_log()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        await console.GoAsync("items?status=failed", "table.items");
        await console.GoAsync("failures", ".card");

        Assert.All(console.Requested, address => Assert.DoesNotContain(ConsoleApp.HostKey, address));
        Assert.DoesNotContain(ConsoleApp.HostKey, console.Page.Url);
        Assert.DoesNotContain(ConsoleApp.HostKey, await console.Context.StorageStateAsync(new() { IndexedDB = true }));
        Assert.Equal("{}", await console.Page.EvaluateAsync<string>("() => JSON.stringify(sessionStorage)"));
        Assert.DoesNotContain(ConsoleApp.HostKey, await console.Page.ContentAsync());
        Assert.All(app.App.Lines, line => Assert.DoesNotContain(ConsoleApp.HostKey, line));
    }

    [Fact]
    public async Task A_tab_that_is_opened_from_the_page_needs_no_key_while_one_lives_and_none_of_them_stores_it()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        var second = await OpenLinkAsync(console.Page, "Failures");
        await Assertions.Expect(second.Locator(".card button:text-matches('retry', 'i')").First).ToBeVisibleAsync();
        await console.Page.CloseAsync();
        var third = await OpenLinkAsync(second, "Items");
        await Assertions.Expect(third.Locator("table.items")).ToBeVisibleAsync();

        Assert.DoesNotContain(ConsoleApp.HostKey, await console.Context.StorageStateAsync(new() { IndexedDB = true }));
        Assert.Equal("{}", await third.EvaluateAsync<string>("() => JSON.stringify(sessionStorage)"));
        await second.CloseAsync();
        await third.CloseAsync();
        var last = await console.Context.NewPageAsync();
        await last.GotoAsync(new Uri(app.Address, "/api/queue/console").AbsoluteUri);
        await Assertions.Expect(last.Locator("#key")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_leaves_in_one_tab_leaves_in_all_and_a_tab_that_is_opened_then_asks()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var second = await OpenLinkAsync(console.Page, "Failures");
        await Assertions.Expect(second.Locator(".card").First).ToBeVisibleAsync();
        await second.Keyboard.PressAsync("?");
        await Assertions.Expect(second.Locator("dialog")).ToBeVisibleAsync();

        await console.ClickAsync("Leave");

        await Assertions.Expect(second.Locator("#key-trouble")).ToHaveTextAsync("You left in another tab.");
        await Assertions.Expect(second.Locator("dialog, .card")).ToHaveCountAsync(0);
        var third = await console.Context.NewPageAsync();
        await third.GotoAsync(second.Url);
        await Assertions.Expect(third.Locator("#key")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_tab_that_another_site_opens_asks_no_tab_for_the_key()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        await console.Page.EvaluateAsync(
            "() => { window.heard = 0; new BroadcastChannel(`fanz-queue ${location.pathname}`).onmessage = () => { window.heard++; }; }");
        var elsewhere = await console.Context.NewPageAsync();
        await elsewhere.RouteAsync("http://elsewhere.example/", route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = $"<a href='{new Uri(app.Address, "/api/queue/console#/failures")}' target='_blank'>Failures</a>",
        }));
        await elsewhere.GotoAsync("http://elsewhere.example/");

        var opened = await OpenLinkAsync(elsewhere, "Failures");
        await Assertions.Expect(opened.Locator("#key")).ToBeVisibleAsync();
        Assert.Equal(0, await console.Page.EvaluateAsync<int>("() => window.heard"));

        // The same address, opened by the operator, does ask.
        var typed = await console.Context.NewPageAsync();
        await typed.GotoAsync(new Uri(app.Address, "/api/queue/console#/failures").AbsoluteUri);
        await Assertions.Expect(typed.Locator(".card").First).ToBeVisibleAsync();
        Assert.NotEqual(0, await console.Page.EvaluateAsync<int>("() => window.heard"));
    }

    [Fact]
    public async Task A_key_for_reading_shows_no_control_that_changes_and_the_server_refuses_it_all_the_same()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, ConsoleApp.ReadKey, "failures");
        console.Means("401");
        await console.SeesAsync(".card");
        var controls = console.Page.Locator("main button:text-matches('retry|cancel', 'i'), main input[type=checkbox]");

        Assert.Equal(0, await controls.CountAsync());
        await console.GoAsync("items?status=failed", "table.items");
        Assert.Equal(0, await controls.CountAsync());
        using var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Add("x-functions-key", ConsoleApp.ReadKey);
        using var order = new StringContent("""{"filter":{"status":"failed"}}""", Encoding.UTF8, "application/json");
        using var refused = await client.PostAsync("/api/queue/retry", order);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        // The second key opens them.
        await console.ClickAsync("Read only");
        await console.Page.GetByLabel("The key of the function QueueChange, or a host key").FillAsync(ConsoleApp.ChangeKey);
        await console.ClickAsync("Open");
        await controls.First.WaitForAsync(new() { State = WaitForSelectorState.Visible });
    }

    /// <summary>As who holds Ctrl down.</summary>
    private static Task<IPage> OpenLinkAsync(IPage page, string name) => page.Context.RunAndWaitForPageAsync(
        () => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync(new() { Modifiers = [KeyboardModifier.Control] }));
}

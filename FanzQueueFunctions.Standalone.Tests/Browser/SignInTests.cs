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
}

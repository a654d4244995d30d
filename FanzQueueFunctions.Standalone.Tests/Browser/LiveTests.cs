using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>The page stays fresh while it is seen, and says when it is not.</summary>
public sealed class LiveTests(PostgresFixture postgres, ChromiumFixture chromium)
{
    [Fact]
    public async Task What_happens_in_the_database_shows_by_itself_and_not_while_the_page_is_hidden()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, _ => Task.CompletedTask);
        await using var console = await ConsolePage.OpenAsync(chromium, app, prepare: page => page.Clock.InstallAsync());
        await console.SeesAsync(".figures");
        var post = await app.Database.AddPostAsync(await app.Database.AddCreatorAsync());
        await app.Database.AddItemsAsync(post, 7);
        var due = console.Page.Locator(".figure .value").First;

        await console.Page.Clock.RunForAsync(6_000);
        await Assertions.Expect(due).ToHaveTextAsync("7");

        await HideAsync(console, hidden: true);
        var asked = Refreshes(console);
        await console.Page.Clock.RunForAsync(60_000);
        Assert.Equal(asked, Refreshes(console));
        await app.Database.AddItemsAsync(post, 3);
        await HideAsync(console, hidden: false);
        await Assertions.Expect(due).ToHaveTextAsync("10");
    }

    [Fact]
    public async Task An_app_that_is_lost_is_said_to_be_and_once_it_answers_again_the_page_goes_on()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, _ => Task.CompletedTask);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        console.Means("ERR_INTERNET_DISCONNECTED");
        await console.SeesAsync(".figures");

        await console.Context.SetOfflineAsync(true);
        await console.Page.Keyboard.PressAsync("r");
        await Assertions.Expect(console.Page.Locator("#lost")).ToHaveTextAsync(
            new Regex(@"^No fresh answer since \d\d:\d\d:\d\d UTC\+[12]\. The app does not answer\. Trying again every 5 seconds\.$"));
        await Assertions.Expect(console.Page.Locator(".live")).ToHaveTextAsync("Lost");
        await console.Context.SetOfflineAsync(false);

        await Assertions.Expect(console.Page.Locator(".live")).ToHaveTextAsync(new Regex("^Live"), new() { Timeout = 15_000 });
        await Assertions.Expect(console.Page.Locator("#lost p")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task While_the_app_is_lost_no_button_acts()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, _ => Task.CompletedTask);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        console.Means("ERR_INTERNET_DISCONNECTED");
        var pause = console.Page.GetByRole(AriaRole.Button, new() { Name = "Pause everything" });
        await Assertions.Expect(pause).ToBeEnabledAsync();

        await console.Context.SetOfflineAsync(true);
        await console.Page.Keyboard.PressAsync("r");
        await Assertions.Expect(pause).ToBeDisabledAsync();
        await console.Context.SetOfflineAsync(false);

        await Assertions.Expect(pause).ToBeEnabledAsync();
    }

    [Fact]
    public async Task The_key_p_pauses_the_page_and_lets_it_go_on()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, _ => Task.CompletedTask);
        await using var console = await ConsolePage.OpenAsync(chromium, app, prepare: page => page.Clock.InstallAsync());
        var state = console.Page.Locator(".live");
        await Assertions.Expect(state).ToHaveTextAsync(new Regex("^Live"));

        await console.Page.Keyboard.PressAsync("p");
        await Assertions.Expect(state).ToHaveTextAsync(new Regex("^Paused"));
        var asked = Refreshes(console);
        await console.Page.Clock.RunForAsync(60_000);
        Assert.Equal(asked, Refreshes(console));
        await console.Page.Keyboard.PressAsync("p");

        await Assertions.Expect(state).ToHaveTextAsync(new Regex("^Live"));
    }

    private static int Refreshes(ConsolePage console) =>
        console.Requested.Count(address => address.EndsWith("/api/queue/overview", StringComparison.Ordinal));

    private static async Task HideAsync(ConsolePage console, bool hidden) => await console.Page.EvaluateAsync(
        """
        hidden => {
          Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """,
        hidden);
}

using FanzQueueFunctions.Browser.Tests;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Development;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The console behind App Service Authentication: signing in with Microsoft in place of a key.</summary>
public sealed class EntraSignInTests(PostgresFixture postgres, ChromiumFixture chromium, EntraSignInTests.App demo)
    : IClassFixture<EntraSignInTests.App>
{
    private const string Controls = "main button:text-matches('retry|cancel', 'i'), main input[type=checkbox], .tools button:text('Read only')";

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(375, ColorScheme.Dark)]
    public async Task Whoever_signs_in_with_Microsoft_needs_no_key_and_is_named_until_they_sign_out(int width, ColorScheme colors)
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, key: null, width: width, colors: colors, prepare: StandInFrontAsync);
        await console.SeesAsync("#key");
        await console.AssertIsFitAsync();

        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Microsoft" }).ClickAsync();
        await console.SeesAsync(".health h1");
        await Assertions.Expect(console.Page.Locator(".who")).ToHaveTextAsync($"ada@fanz.example (Entra ID {EasyAuth.Id})");
        await console.AssertIsFitAsync();
        await console.GoAsync("failures", ".card");
        Assert.NotEqual(0, await console.Page.Locator(Controls).CountAsync());

        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await console.SeesAsync("#key");
        Assert.Equal(0, await console.Page.Locator(".who").CountAsync());
    }

    [Fact]
    public async Task The_change_of_who_is_signed_in_is_recorded_as_theirs()
    {
        await using var app = await ConsoleApp.StartAsync(
            postgres,
            async database => await ConsoleApp.AddFailedAsync(database, await database.AddPostAsync(await database.AddCreatorAsync()), 3),
            EasyAuth.Settings);
        await using var console = await OpenAsync(app, "failures", "Queue.Change");

        await console.ClickAsync("Retry all 3");
        await console.ClickAsync("Retry 3 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("3 items queued again");
        await console.ClickAsync("Done");

        await console.GoAsync("changes", "td .badge:text-matches('retry|cancel')");
        Assert.Contains($"ada@fanz.example (Entra ID {EasyAuth.Id})", await console.TextAsync("tbody tr"));
    }

    [Fact]
    public async Task The_role_for_reading_shows_no_control_that_changes()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await OpenAsync(app, "failures", "Queue.Read");

        await console.SeesAsync(".card");
        Assert.Equal("Read only", await console.TextAsync(".tools .note"));
        Assert.Equal(0, await console.Page.Locator(Controls).CountAsync());
        await console.GoAsync("items?status=failed", "table.items");
        Assert.Equal(0, await console.Page.Locator(Controls).CountAsync());
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task Who_has_no_role_is_told_so_and_may_enter_a_key()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(
            chromium, app, key: null, prepare: page => page.SetExtraHTTPHeadersAsync(EasyAuth.HeadersOf("eve@fanz.example")));

        await console.SeesAsync(".enter .trouble");
        Assert.Equal(
            $"eve@fanz.example (Entra ID {EasyAuth.Id}) is signed in and has no role that opens the console.", await console.TextAsync(".enter .trouble"));
        await console.AssertIsFitAsync();
        await console.EnterAsync(ConsoleApp.HostKey);
        await console.SeesAsync(".health h1");
    }

    [Fact]
    public async Task A_sign_in_that_has_ended_leads_back_to_the_door()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await OpenAsync(app, "overview", "Queue.Read");
        await console.SeesAsync(".figures");

        // What App Service Authentication answers, where it lets nobody through who is not signed in.
        await console.Page.RouteAsync("**/api/queue/entra/**", route => route.FulfillAsync(new()
        {
            Status = 302,
            Headers = new Dictionary<string, string> { ["location"] = "https://login.microsoftonline.com/" },
        }));
        await console.Page.Keyboard.PressAsync("r");

        await Assertions.Expect(console.Page.Locator("#key-trouble")).ToHaveTextAsync("The sign-in has ended.");
    }

    private async Task<ConsolePage> OpenAsync(ConsoleApp app, string view, string role)
    {
        var console = await ConsolePage.OpenAsync(
            chromium, app, key: null, view: view,
            prepare: page => page.SetExtraHTTPHeadersAsync(EasyAuth.HeadersOf("ada@fanz.example", role)));
        await console.SeesAsync(".who");
        return console;
    }

    /// <summary>Signs whoever asks for it in and out, and tells the app of them, as App Service Authentication does.</summary>
    private static async Task StandInFrontAsync(IPage page)
    {
        Dictionary<string, string> signedIn = [];
        await page.RouteAsync("**/api/queue/**", route => route.ContinueAsync(new() { Headers = route.Request.Headers.Concat(signedIn) }));
        await page.RouteAsync("**/.auth/**", route =>
        {
            var asked = new Uri(route.Request.Url);
            (signedIn, var back) = asked.AbsolutePath == "/.auth/login/aad"
                ? (EasyAuth.HeadersOf("ada@fanz.example", "Queue.Change"), "?post_login_redirect_uri=")
                : ([], "?post_logout_redirect_uri=");
            // By a page: what answers for a server here cannot lead elsewhere.
            return route.FulfillAsync(new()
            {
                ContentType = "text/html",
                Body = $"<!doctype html><meta http-equiv=refresh content='0;url={Uri.UnescapeDataString(asked.Query.Split(back)[1])}'>",
            });
        });
    }

    /// <summary>The demo's queue behind App Service Authentication, for tests that only look.</summary>
    public sealed class App : IAsyncDisposable
    {
        private Task<ConsoleApp>? _started;

        internal Task<ConsoleApp> AppAsync(PostgresFixture postgres) =>
            _started ??= ConsoleApp.StartAsync(postgres, database => DemoWorld.FillAsync(database, items: 0), EasyAuth.Settings);

        public async ValueTask DisposeAsync()
        {
            if (_started is not null)
                await (await _started).DisposeAsync();
        }
    }
}

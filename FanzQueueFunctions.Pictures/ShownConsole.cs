using FanzQueueFunctions.Browser.Tests;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Pictures;

/// <summary>The console of an app whose timers are still, in a browser.</summary>
internal sealed class ShownConsole : IAsyncDisposable
{
    private const string Key = "the-key-for-both";

    private readonly AppProcess _app;
    private readonly IPlaywright _driver;
    private readonly IBrowser _browser;

    private ShownConsole(AppProcess app, IPlaywright driver, IBrowser browser) => (_app, _driver, _browser) = (app, driver, browser);

    public static async Task<ShownConsole> StartAsync(string connectionString)
    {
        var app = AppProcess.Start(
            ("DATABASE_URL", connectionString),
            ("PROCESS_QUEUE_SCHEDULE", "0 0 0 29 2 *"),
            ("HEALTH_SCHEDULE", "0 0 0 29 2 *"),
            ("Queue__Wake", "false"),
            ("FUNCTIONS_HOST_KEY", Key));
        var driver = await Playwright.CreateAsync();
        return new(app, driver, await Chromium.LaunchAsync(driver));
    }

    /// <summary>A page before its door, in a context of its own: nothing is cached.</summary>
    /// <param name="view">What stands after the <c>#/</c> of the address.</param>
    public async Task<IPage> OpenAsync(string view, int width = 1200, int height = 812)
    {
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = ColorScheme.Light,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(await _app.AddressAsync(), $"/api/queue/console#/{view}").AbsoluteUri);
        await page.Locator("#key").WaitForAsync();
        return page;
    }

    public static async Task EnterAsync(IPage page)
    {
        await page.Locator("#key").FillAsync(Key);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".live").WaitForAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _driver.Dispose();
        await _app.DisposeAsync();
    }
}

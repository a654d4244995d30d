using FanzQueueFunctions.Browser.Tests;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ChromiumFixture))]

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>One Chromium for all tests that need one, started by the first of them.</summary>
public sealed class ChromiumFixture : IAsyncDisposable
{
    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _started = new(StartAsync);

    public async Task<IBrowser> BrowserAsync() => (await _started.Value).Browser;

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated)
            return;
        var (driver, browser) = await _started.Value;
        await browser.CloseAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        // As long as the pages wait: on a machine that is busy an answer takes more than the five seconds that are the default.
        Assertions.SetDefaultExpectTimeout(20_000);
        var driver = await Playwright.CreateAsync();
        return (driver, await Chromium.LaunchAsync(driver));
    }
}

using System.Diagnostics;
using FanzQueueFunctions.Browser.Tests;
using FanzQueueFunctions.Testbed;
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
        return (driver, await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = await FindAsync(),
            // As root there is no sandbox; and nothing shall be asked of any other address.
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        }));
    }

    private static async Task<string> FindAsync()
    {
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(RepositoryFolder.Path, "scripts", "chromium"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = script.StandardError.ReadToEndAsync();
        var path = (await script.StandardOutput.ReadToEndAsync()).Trim();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? path : throw new InvalidOperationException(await error);
    }
}

using System.Diagnostics;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>Starts the Chromium that <c>scripts/chromium</c> finds.</summary>
internal static class Chromium
{
    public static async Task<IBrowser> LaunchAsync(IPlaywright driver) => await driver.Chromium.LaunchAsync(new()
    {
        ExecutablePath = await FindAsync(),
        // As root there is no sandbox; and nothing shall be asked of any other address.
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ],
    });

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

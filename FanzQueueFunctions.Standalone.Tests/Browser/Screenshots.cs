using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>Makes the pictures in docs/: not a test, run by <c>./dev screenshots</c> alone.</summary>
public sealed class Screenshots(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Fact(Explicit = true)]
    public async Task Take_them()
    {
        var app = await demo.AppAsync(postgres);
        var item = await app.Database.ScalarAsync<Guid>(
            "select id from multiplatform_post_queue where status = 'failed' and retry_count = 3 order by failed_at desc limit 1");
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "overview?range=24h", width: 1200);
        await console.SeesAsync(".spark");
        await TakeAsync(console, "overview");
        await console.GoAsync("failures", ".card");
        await TakeAsync(console, "failures");
        await console.GoAsync($"item/{item}", ".story");
        await TakeAsync(console, "item");
    }

    private static async Task TakeAsync(ConsolePage console, string name)
    {
        await console.Page.Mouse.MoveAsync(0, 0);
        await console.Page.ScreenshotAsync(new()
        {
            Path = Path.Combine(RepositoryFolder.Path, "docs", $"console-{name}.png"),
            Animations = ScreenshotAnimations.Disabled,
        });
    }
}

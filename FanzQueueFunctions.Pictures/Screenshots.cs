using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Development;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Pictures;

/// <summary>Takes the pictures in docs/, of a queue with a past and a mess.</summary>
internal static class Screenshots
{
    public static async Task TakeAsync()
    {
        await using var postgres = await MigratedPostgres.StartAsync();
        await using var database = await postgres.CreateDatabaseAsync();
        await DemoWorld.FillAsync(database, DemoWorld.Mess);
        await database.AddWorkerAsync();
        var item = await database.ScalarAsync<Guid>(
            "select id from multiplatform_post_queue where status = 'failed' and retry_count = 3 and error_message like 'The insert%' order by failed_at desc limit 1");
        await using var console = await ShownConsole.StartAsync(database.ConnectionString);
        var page = await console.OpenAsync("overview?range=24h");
        await ShownConsole.EnterAsync(page);
        foreach (var (name, view, seen) in ((string, string, string)[])[
            ("overview", "overview?range=24h", ".spark"), ("failures", "failures", ".card"), ("item", $"item/{item}", ".story")])
        {
            await page.EvaluateAsync("to => { location.hash = to; }", $"#/{view}");
            await page.Locator(seen).First.WaitForAsync();
            await page.Locator("main[aria-busy=false]").WaitForAsync();
            await TakeAsync(page, name);
        }
    }

    private static async Task TakeAsync(IPage page, string name)
    {
        await page.Mouse.MoveAsync(0, 0);
        var path = Path.Combine(RepositoryFolder.Path, "docs", $"console-{name}.png");
        await page.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
        Console.WriteLine($"{path}: {new FileInfo(path).Length / 1000} KB");
    }
}

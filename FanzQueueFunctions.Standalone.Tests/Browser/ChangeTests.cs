using System.Text.RegularExpressions;
using FanzQueueFunctions.Standalone.Tests.App;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Standalone.Tests.Browser;

/// <summary>Retry and cancel from the page: the question, the progress, the way back.</summary>
public sealed class ChangeTests(PostgresFixture postgres, ChromiumFixture chromium)
{
    [Fact]
    public async Task All_items_of_one_cause_are_retried_after_a_confirmation_that_names_them()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            await ConsoleApp.AddFailedAsync(database, post, 312, "The connection was lost.");
            await ConsoleApp.AddFailedAsync(database, post, 5, "Something else.");
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures");

        await console.ClickAsync("Retry all 312");
        await console.SeesAsync("dialog form");
        Assert.Equal("Retry 312 items with the cause “The connection was lost.”?", await console.TextAsync("dialog h2"));
        Assert.Equal(317, await app.Database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        await console.Page.Locator("dialog input").FillAsync("the network is back");
        await console.ClickAsync("Retry 312 items");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("312 items queued again");
        await console.ClickAsync("Done");

        Assert.Equal(312, await app.Database.CountAsync("multiplatform_post_queue where status = 'queued' and retry_count = 0"));
        await Assertions.Expect(console.Page.Locator(".card")).ToHaveCountAsync(1);
        await console.GoAsync("changes", "tbody tr");
        var row = await console.TextAsync("tbody tr");
        Assert.Contains("QueueChange key", row);
        Assert.Contains("failed, with the cause The connection was lost.", row);
        Assert.Contains("the network is back", row);
    }

    [Fact]
    public async Task Selected_items_are_cancelled_and_queued_again_by_undo()
    {
        await using var app = await StartAsync(failed: 3);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed");
        await console.SeesAsync("table.items");

        await console.Page.Locator("tbody input").Nth(0).CheckAsync();
        await console.Page.Locator("tbody input").Nth(2).CheckAsync();
        await console.ClickAsync("Cancel selected");
        await console.ClickAsync("Cancel 2 items");
        await console.SeesAsync("dialog button:text('Undo')");
        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'cancelled'"));
        await console.ClickAsync("Undo: queue again");
        await console.ClickAsync("Retry 2 items");
        await console.ClickAsync("Done");

        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'queued'"));
        Assert.Equal(1, await app.Database.CountAsync("multiplatform_post_queue where status = 'failed'"));
    }

    [Fact]
    public async Task All_that_match_a_filter_are_cancelled_and_undo_finds_just_them()
    {
        await using var app = await StartAsync(failed: 10);
        await app.Database.ExecuteAsync("update multiplatform_post_queue set status = 'cancelled' where id in (select id from multiplatform_post_queue limit 2)");
        var mine = await app.Database.CountAsync("multiplatform_post_queue where status = 'failed' and target_platform = 'pupfanz'");
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed&platform=pupfanz");

        await console.ClickAsync("Cancel all that match");
        await console.ClickAsync($"Cancel {mine} items");
        await console.ClickAsync("Undo: queue again");
        await console.ClickAsync($"Retry {mine} items");
        await console.ClickAsync("Done");

        Assert.Equal(mine, await app.Database.CountAsync("multiplatform_post_queue where status = 'queued'"));
        Assert.Equal(2, await app.Database.CountAsync("multiplatform_post_queue where status = 'cancelled'"));
    }

    [Fact]
    public async Task A_change_of_many_shows_its_progress_and_stops_when_told()
    {
        await using var app = await StartAsync(failed: 8000);
        // So slow that there is time to stop it: a third of a second a portion.
        await app.Database.ExecuteAsync(
            """
            create function slow() returns trigger language plpgsql as $$begin perform pg_sleep(0.3); return null; end$$;
            create trigger slow before update on multiplatform_post_queue execute function slow()
            """);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures");

        await console.ClickAsync("Retry all 8,000");
        await console.ClickAsync("Retry 8,000 items");
        await Assertions.Expect(console.Page.Locator("dialog p")).ToHaveTextAsync(new Regex("^[1-7],000 of 8,000 items queued again …$"));
        await console.ClickAsync("Stop");
        await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync("Stopped");

        var said = await console.TextAsync("dialog p");
        var done = await app.Database.CountAsync("multiplatform_post_queue where status = 'queued'");
        Assert.InRange(done, 1000, 7000);
        Assert.Equal($"{done:N0} items were queued again, the rest is as it was.", said.Trim());
    }

    private Task<ConsoleApp> StartAsync(int failed) => ConsoleApp.StartAsync(postgres, async database =>
        await ConsoleApp.AddFailedAsync(database, await database.AddPostAsync(await database.AddCreatorAsync()), failed));
}

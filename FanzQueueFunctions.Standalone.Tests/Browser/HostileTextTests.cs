using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>What people and other systems write stays text, however it is meant and however long it is.</summary>
public sealed class HostileTextTests(PostgresFixture postgres, ChromiumFixture chromium)
{
    private const string Markup = """<img src=x onerror="document.title='owned'"><script>alert(1)</script>'">&lt;""";
    private const string RightToLeft = "\u202e\u2066مرحبا\u202e deifirev";

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task Markup_direction_marks_and_100_KB_stay_inert_and_break_no_layout(int width)
    {
        var item = Guid.Empty;
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var creator = await database.ScalarAsync<Guid>(
                "insert into creators (creator_name) values ($1) returning id", $"{RightToLeft} <b>{new string('W', 40)}");
            var post = await database.AddPostAsync(creator);
            await database.ExecuteAsync(
                "update content_posts set title = $2, description = $3, tags = array[$2, repeat('t', 5000)] where id = $1",
                post, Markup + RightToLeft + new string('m', 120), $"{Markup}{RightToLeft}{new string('x', 100_000)}");
            item = await database.AddItemAsync(post, $"<i>{RightToLeft}{new string('p', 80)}");
            await database.ExecuteAsync(
                "update multiplatform_post_queue set status = 'failed', failed_at = now(), error_message = $2, modified_caption = $3 where id = $1",
                item, $"{Markup} {RightToLeft} {new string('e', 100_000)}", Markup);
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app, width: width);
        // A dialog of the page's own would mean that the script ran.
        console.Page.Dialog += (_, dialog) => Assert.Fail(dialog.Message);

        await console.SeesAsync(".figures");
        await console.AssertIsFitAsync();
        foreach (var (view, seen) in ((string, string)[])[("failures", ".card"), ("items", "table.items"), ($"item/{item}", ".story")])
        {
            await console.GoAsync(view, seen);
            await console.AssertIsFitAsync();
            var text = await console.Page.Locator("main").InnerTextAsync();
            Assert.Contains("<script>alert(", text);
            // A mark that turns the direction of text would turn what the page says behind it.
            Assert.DoesNotContain('\u202e', text);
            Assert.DoesNotContain('\u2066', text);
        }

        await console.ClickAsync("Retry");
        await console.SeesAsync("dialog form");
        await console.AssertIsFitAsync();
        Assert.Equal(0, await console.Page.Locator("main img, main script, main i, main b, dialog img").CountAsync());
        Assert.Matches("^(Healthy|Degraded|Unhealthy) · Item · the test's$", await console.Page.TitleAsync());
    }
}

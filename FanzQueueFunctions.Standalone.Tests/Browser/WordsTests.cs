using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>A sentence with a number in it is English, whatever the number.</summary>
public sealed class WordsTests(PostgresFixture postgres, ChromiumFixture chromium)
{
    [Fact]
    public async Task Of_one_item_a_question_and_its_end_speak_in_the_singular_and_of_several_in_the_plural()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            await ConsoleApp.AddFailedAsync(database, post, 3);
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=failed&platform=girlfanz");

        foreach (var (platform, question, what, list, end) in ((string, string, string, string, string)[])
        [
            ("girlfanz", "Cancel 1 item that is failed, for girlfanz?", "It is not posted, ", "It is:", "1 item cancelled"),
            ("pupfanz", "Cancel 2 items that are failed, for pupfanz?", "They are not posted, ", "They are:", "2 items cancelled"),
        ])
        {
            await console.GoAsync($"items?status=failed&platform={platform}", $"td.short[title={platform}]");
            await console.ClickAsync("Cancel all that match");
            await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync(question);
            Assert.StartsWith(what, await console.TextAsync("dialog p"));
            await Assertions.Expect(console.Page.Locator("dialog .note")).ToHaveTextAsync([list]);
            await console.Page.Locator("dialog .danger").ClickAsync();
            await Assertions.Expect(console.Page.Locator("dialog h2")).ToHaveTextAsync(end);
            await console.ClickAsync("Done");
        }

        await console.GoAsync("items?status=failed", "text=No item matches.");
        await console.GoAsync("changes", "td .badge");
        await Assertions.Expect(console.Page.Locator("h1")).ToHaveTextAsync("Audit log");
        await Assertions.Expect(console.Page.Locator("nav a[aria-current]")).ToHaveTextAsync("Audit log");
    }
}

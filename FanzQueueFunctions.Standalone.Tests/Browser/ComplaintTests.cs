namespace FanzQueueFunctions.Browser.Tests;

/// <summary>What <see cref="ConsolePage"/> fails every test for.</summary>
public sealed class ComplaintTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Theory]
    [InlineData("document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))", "Content Security Policy")]
    [InlineData("document.body.innerHTML = '<p>'", "TrustedHTML")]
    [InlineData("setTimeout(() => { throw new Error('a slip'); })", "a slip")]
    [InlineData("console.error('a complaint')", "a complaint")]
    [InlineData("fetch('nope')", "404")]
    public async Task What_the_policy_refuses_and_what_the_browser_complains_of_fail_a_test(string script, string complaint)
    {
        var app = await demo.AppAsync(postgres);
        var console = await ConsolePage.OpenAsync(chromium, app, key: null);

        await console.Page.EvaluateAsync($"async () => {{ try {{ await ({script}); }} catch {{ }} await new Promise(later => setTimeout(later)); }}");

        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await console.DisposeAsync());
        Assert.Contains(complaint, failure.Message);
    }
}

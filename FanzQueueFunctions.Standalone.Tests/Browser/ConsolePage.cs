using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>
/// The console in a browser. Whatever the browser complains of, an error of a script or what the page's policy refuses,
/// fails the test when the page is closed.
/// </summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];
    private readonly List<string> _meant = [];
    private readonly List<string> _requested = [];

    private ConsolePage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.SetDefaultTimeout(20_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complain(message.Text);
        };
        page.PageError += (_, error) => Complain(error);
        page.Request += (_, request) =>
        {
            lock (_requested)
                _requested.Add(request.Url);
        };
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    /// <summary>The addresses of all that the page has asked for.</summary>
    public IReadOnlyList<string> Requested
    {
        get
        {
            lock (_requested)
                return [.. _requested];
        }
    }

    /// <summary>Opens the console, and waits until the view, or the door, stands there.</summary>
    /// <param name="key">What is typed as the key; null to stay before the door.</param>
    /// <param name="view">What stands after the <c>#/</c> of the address.</param>
    /// <param name="prepare">What is done to the page before it loads.</param>
    public static async Task<ConsolePage> OpenAsync(
        ChromiumFixture chromium, ConsoleApp app, string? key = ConsoleApp.HostKey, string view = "overview", int width = 1280,
        ColorScheme colors = ColorScheme.Light, Func<IPage, Task>? prepare = null, string timezone = "Europe/Berlin")
    {
        var browser = await chromium.BrowserAsync();
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 812 },
            ColorScheme = colors,
            Locale = "en-GB",
            TimezoneId = timezone,
        });
        var console = new ConsolePage(context, await context.NewPageAsync());
        if (prepare is not null)
            await prepare(console.Page);
        await console.Page.GotoAsync(new Uri(app.Address, $"/api/queue/console#/{view}").AbsoluteUri);
        if (key is not null)
            await console.EnterAsync(key);
        await console.SeesAsync("main:not(.loading) h1");
        return console;
    }

    public async Task EnterAsync(string key)
    {
        await Page.GetByLabel("Key", new() { Exact = true }).And(Page.Locator("input")).FillAsync(key);
        await Page.Keyboard.PressAsync("Enter");
        await Page.Locator(".live, #key-trouble:not(:empty)").First.WaitForAsync();
    }

    /// <summary>
    /// Waits until the address ends so. By looking again and again: Playwright's wait for a navigation may miss one within the page
    /// that comes between its look at the address and its listening.
    /// </summary>
    public Task IsAtAsync(string end) => Assertions.Expect(Page).ToHaveURLAsync(new Regex($"{Regex.Escape(end)}$"));

    /// <summary>Goes where a link would, and waits for what is to be seen there.</summary>
    public async Task GoAsync(string view, string seen)
    {
        await GoAsync(view);
        await SeesAsync($"main:not(.loading) >> {seen}");
    }

    /// <summary>Goes where a link would. What stands on the page is that of the view before, dimmed, until this one is loaded.</summary>
    public Task GoAsync(string view) => Page.EvaluateAsync(
        """
        to => new Promise(gone => {
          addEventListener('hashchange', () => gone(), { once: true });
          if (location.hash === to) gone();
          location.hash = to;
        })
        """,
        $"#/{view}");

    /// <summary>Waits for something to be seen.</summary>
    public Task SeesAsync(string selector) => Page.Locator(selector).First.WaitForAsync();

    public Task ClickAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task<string> TextAsync(string selector) => Page.Locator(selector).First.InnerTextAsync();

    /// <summary>Complaints with this text are what the test is about.</summary>
    public void Means(string text) => _meant.Add(text);

    /// <summary>No barrier that axe finds, and nothing wider than the window.</summary>
    public async Task AssertIsFitAsync()
    {
        var result = await Page.RunAxe();
        Assert.Empty(result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")));
        Assert.Equal(
            await Page.EvaluateAsync<int>("() => innerWidth"),
            await Page.EvaluateAsync<int>("() => Math.max(innerWidth, document.documentElement.scrollWidth)"));
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        lock (_complaints)
        {
            string[] unmeant = [.. _complaints.Where(text => !_meant.Any(text.Contains))];
            Assert.True(unmeant.Length == 0, $"The browser complains: {string.Join("; ", unmeant)}");
        }
    }

    private void Complain(string text)
    {
        lock (_complaints)
            _complaints.Add(text);
    }
}

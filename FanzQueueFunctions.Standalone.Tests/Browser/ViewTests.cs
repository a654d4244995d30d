using System.Globalization;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>What each view shows, on a screen and on a phone, in light and in dark.</summary>
public sealed class ViewTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(375, ColorScheme.Dark)]
    public async Task Every_view_is_accessible_and_fits(int width, ColorScheme colors)
    {
        var app = await demo.MessyAppAsync(postgres);
        var item = await app.Database.ScalarAsync<Guid>(
            "select id from multiplatform_post_queue where status = 'failed' and retry_count = 3 limit 1");
        await using var console = await ConsolePage.OpenAsync(chromium, app, key: null, width: width, colors: colors);
        await console.AssertIsFitAsync();
        await console.EnterAsync(ConsoleApp.HostKey);

        await console.SeesAsync(".u-legend");
        await console.AssertIsFitAsync();
        await console.GoAsync("failures", ".card");
        await console.AssertIsFitAsync();
        await console.GoAsync("items?status=failed", "table.items");
        await console.AssertIsFitAsync();
        await console.GoAsync($"item/{item}", ".story");
        await console.AssertIsFitAsync();
        await console.GoAsync("changes", "td .badge");
        await console.AssertIsFitAsync();
        await console.Page.Keyboard.PressAsync("?");
        await console.SeesAsync("dialog");
        await console.AssertIsFitAsync();

        var background = await console.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");
        Assert.Equal(colors == ColorScheme.Dark ? "rgb(16, 21, 20)" : "rgb(245, 247, 246)", background);
    }

    [Fact]
    public async Task The_overview_says_in_words_what_is_wrong_and_how_much_waits()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        await console.SeesAsync(".figures");

        Assert.Equal("Degraded", await console.TextAsync(".health h1"));
        Assert.Matches(@"\d % of the last hour's posts failed \(\d+ of [\d,]+\)", await console.TextAsync(".health p"));
        var figures = await console.Page.Locator(".figure").AllInnerTextsAsync();
        Assert.Contains(figures, text => text.StartsWith("Due\n24\noldest for ", StringComparison.Ordinal));
        Assert.Contains(figures, text => text.StartsWith("Running\n6\n", StringComparison.Ordinal));
        Assert.Contains(figures, text => text.StartsWith("Failed\n373\n", StringComparison.Ordinal));
        Assert.Contains("girlfanz", await console.Page.Locator("table th[scope=row]").AllInnerTextsAsync());
    }

    [Fact]
    public async Task A_cause_that_no_retry_mends_says_so_and_a_retry_is_not_its_first_button()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures");
        await console.SeesAsync(".card");
        var final = console.Page.Locator(".card", new() { HasText = "is private." });
        var passing = console.Page.Locator(".card", new() { HasText = "statement timeout" });

        await Assertions.Expect(final).ToContainTextAsync("No retry mends this");
        await Assertions.Expect(final.Locator(".primary")).ToHaveTextAsync("Show items");
        await Assertions.Expect(passing).Not.ToContainTextAsync("No retry mends this");
        await Assertions.Expect(passing.Locator(".primary")).ToHaveTextAsync(new Regex("^Retry all "));
        // The line over time, which one who sees no line hears.
        await Assertions.Expect(passing.Locator("svg")).ToHaveAttributeAsync("aria-label", new Regex("^All that failed for this cause since .*, by 60 min: "));
    }

    [Fact]
    public async Task Failures_are_looked_at_since_any_time_and_a_wrong_one_says_what_is_wrong()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "failures?since=2099-01-01T00%3A00%3A00Z");
        await console.SeesAsync("text=Nothing failed since 1 Jan 2099, 01:00:00 UTC+1.");

        await console.GoAsync("failures?since=soon", "[role=alert]");
        Assert.Equal("Since is no time: “soon”. Say it as in 2026-11-24T20:00:00Z.", await console.TextAsync("[role=alert]"));
        await console.Page.Locator("input[name=since]").FillAsync("2020-01-01T01:00");
        await console.ClickAsync("Show");
        await console.IsAtAsync("#/failures?since=2020-01-01T00%3A00%3A00.000Z");
        await console.SeesAsync(".card");
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task What_is_held_back_is_seen_with_since_when_by_whom_and_why_and_a_read_key_shows_no_control(int width)
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, ConsoleApp.ReadKey, width: width);
        // The page asked whether the key may change, and the app said no.
        console.Means("401");
        await console.SeesAsync(".held");

        var held = await console.Page.Locator(".held li").AllInnerTextsAsync();
        Assert.Equal(2, held.Count);
        Assert.Matches(@"^paused\s+transfanz (now|\d+ (s|min) ago) by anna: its API answers 503$", held[0]);
        Assert.Matches(@"^limited\s+gayfanz to 120 posts a minute, set (now|\d+ (s|min) ago) by anna$", held[1]);
        Assert.Equal("paused", await console.TextAsync("tr[data-key=transfanz] .badge"));
        Assert.Equal("120 a minute", await console.TextAsync("tr[data-key=gayfanz] .badge"));
        Assert.Empty(await console.Page.Locator("main button[data-acts]").AllInnerTextsAsync());
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task The_platforms_are_sorted_by_any_column_and_all_small_plots_are_one_request()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        await console.SeesAsync(".spark");
        var names = console.Page.Locator(".sticky tbody th");
        var byName = await names.AllInnerTextsAsync();

        await console.ClickAsync("Failed in all");
        await Assertions.Expect(names.First).ToHaveTextAsync("girlfanz");
        await console.ClickAsync("p95");
        await Assertions.Expect(console.Page.Locator("th[aria-sort=descending]")).ToHaveTextAsync("p95 ↓");
        await console.ClickAsync("Platform");

        await Assertions.Expect(names).ToHaveTextAsync(byName);
        Assert.Single(console.Requested, address => address.EndsWith("/api/queue/platforms", StringComparison.Ordinal));
        Assert.DoesNotContain(console.Requested, address => address.Contains("platform=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_state_stands_in_the_tab_and_each_reason_leads_to_its_rows()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        await console.SeesAsync(".health a");
        Assert.Equal("Degraded · Overview · the test's", await console.Page.TitleAsync());

        await console.Page.Locator(".health a", new() { HasText = "failed" }).ClickAsync();
        await console.IsAtAsync("#/failures?since=1h");
        await console.SeesAsync(".card");
        Assert.Equal("Degraded · Failures · the test's", await console.Page.TitleAsync());
    }

    [Fact]
    public async Task An_item_says_in_one_sentence_why_it_is_not_posted_and_what_operators_did_stands_in_its_story()
    {
        var item = Guid.Empty;
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            await database.AddItemAsync(post, with: "queued_at = now() - interval '1 hour'");
            item = await database.AddItemAsync(post);
            await database.ExecuteAsync("select post_queue_pause('girlfanz', 'anna', 'its API answers 503')");
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "items?status=queued&order=oldest");
        await console.Page.Locator($"tr[data-key='{item}'] td.text a").ClickAsync();

        await Assertions.Expect(console.Page.Locator(".answer")).ToHaveTextAsync(
            new Regex(@"^Waits: girlfanz is paused .+ by anna: its API answers 503; 1 before it\.$"));
        await console.ClickAsync("Cancel");
        await console.Page.Locator("dialog input").FillAsync("the creator asked");
        await console.ClickAsync("Cancel 1 item");
        await console.ClickAsync("Done");
        await Assertions.Expect(console.Page.Locator(".answer")).ToHaveTextAsync(
            new Regex(@"^Not posted: cancelled .+ by QueueChange key: the creator asked\.$"));
        Assert.Equal(["Queued", "Cancelled by QueueChange key"], await console.Page.Locator(".story strong").AllInnerTextsAsync());
        await console.AssertIsFitAsync();

        // Back at its row in the list.
        await console.Page.GoBackAsync();
        await Assertions.Expect(console.Page.Locator("table.items")).ToBeVisibleAsync();
        await console.GoAsync("overview", ".figures");
        await Assertions.Expect(console.Page).ToHaveTitleAsync("Healthy · Overview · the test's");
        await console.ClickAsync("Pause everything");
        await console.Page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Pause everything", Exact = true }).ClickAsync();
        await console.ClickAsync("Done");
        await Assertions.Expect(console.Page.Locator(".health h1")).ToHaveTextAsync("Paused");
        await Assertions.Expect(console.Page).ToHaveTitleAsync("Paused · Overview · the test's");
    }

    [Fact]
    public async Task A_plot_reads_its_values_where_the_pointer_is_and_zooms_where_it_is_dragged()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "overview?range=24h");
        var plot = await PlotAsync(console);
        var posted = console.Page.Locator("#plot-counts .u-legend tr:nth-child(2) td");
        var labels = await LabelsAsync(console);

        await console.Page.Mouse.MoveAsync(plot.X + plot.Width * 0.9f, plot.Y + 40);
        await Assertions.Expect(posted).ToHaveTextAsync(new Regex(@"^\d+$"));
        // The other plot reads the same moment.
        await Assertions.Expect(console.Page.Locator("#plot-times .u-legend tr:nth-child(2) td")).Not.ToHaveTextAsync("–");

        await ZoomAsync(console);
        var zoomed = await LabelsAsync(console);
        Assert.True(zoomed < labels / 3, $"{zoomed} of {labels} seconds are seen");
    }

    [Fact]
    public async Task A_zoom_ends_with_its_range()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "overview?range=24h");
        await ZoomAsync(console);

        await console.Page.GetByRole(AriaRole.Link, new() { Name = "6 h", Exact = true }).ClickAsync();
        await console.SeesAsync("a[aria-current]:text-is('6 h')");

        Assert.InRange(await LabelsAsync(console), 5 * 3600, 6 * 3600);
    }

    [Fact]
    public async Task The_plots_are_read_as_a_table()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: "overview?range=24h");

        await console.Page.GetByText("As a table").ClickAsync();

        await Assertions.Expect(console.Page.GetByRole(AriaRole.Region, new() { Name = "The plots as a table" }).Locator("tbody tr").First)
            .ToHaveTextAsync(new Regex(@"\d\d:\d\d:\d\d UTC\+1\d+"));
        await console.AssertIsFitAsync();
    }

    [Fact]
    public async Task The_name_of_a_platform_stays_while_one_scrolls_past_it()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app, width: 375);
        await console.SeesAsync(".sticky tbody th");

        var places = await console.Page.Locator(".sticky").EvaluateAsync<double[]>(
            """
            one => {
              one.scrollLeft = one.scrollWidth;
              return [one.scrollLeft, one.querySelector('tbody th').getBoundingClientRect().left - one.getBoundingClientRect().left];
            }
            """);

        Assert.True(places[0] > 100 && places[1] is >= 0 and < 2, $"scrolled by {places[0]}, the name is at {places[1]}");
    }

    [Fact]
    public async Task Who_works_is_seen_and_that_nobody_does()
    {
        // The app that is asked does not tell of itself here.
        await using var app = await ConsoleApp.StartAsync(postgres, database => database.ExecuteAsync(
            """
            create function nothing() returns trigger language plpgsql as $$begin return null; end$$;
            create trigger no_report before insert or update on post_queue.workers
            for each row when (new.name <> 'here') execute function nothing()
            """));
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var workers = console.Page.Locator(".workers li");
        await Assertions.Expect(workers).ToHaveTextAsync("No worker reports. Nothing was ever posted.");

        await app.Database.AddWorkerAsync();
        await app.Database.ExecuteAsync("update post_queue.workers set error = 'It was late.', error_at = now()");
        await console.Page.Keyboard.PressAsync("r");

        await Assertions.Expect(workers).ToHaveTextAsync(new Regex(@"^here: last run .+, last post none yet, last error .+: It was late\.$"));
    }

    [Fact]
    public async Task The_most_frequent_cause_platform_and_creator_are_named()
    {
        await using var app = await ConsoleApp.StartAsync(postgres, async database =>
        {
            var post = await database.AddPostAsync(await database.AddCreatorAsync());
            await ConsoleApp.AddFailedAsync(database, post, 2, "It was late.");
            await ConsoleApp.AddFailedAsync(database, post, 1, "It was early.");
            await database.AddItemAsync(post);
            await database.AddItemAsync(post);
            await database.AddItemAsync(post, "pupfanz");
        });
        await using var console = await ConsolePage.OpenAsync(chromium, app);

        await Assertions.Expect(console.Page.Locator(".most li")).ToHaveTextAsync([
            "Most of what is due is for girlfanz (2 of 3) and by A creator (3).", "Most of what failed in the last hour: It was late. (2).",
        ]);
    }

    [Fact]
    public async Task An_item_tells_its_story_and_what_its_post_changed()
    {
        var app = await demo.AppAsync(postgres);
        var failed = await app.Database.ScalarAsync<Guid>(
            "select id from multiplatform_post_queue where status = 'failed' and retry_count = 3 limit 1");
        var posted = await app.Database.ScalarAsync<Guid>(
            """
            select q.id from multiplatform_post_queue q join content_posts p on p.id = q.target_post_id
            where q.modified_title is not null limit 1
            """);
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: $"item/{failed}");
        await console.SeesAsync(".story");

        Assert.Equal(
            ["Queued", "Failed, to be tried again", "Failed, to be tried again", "Failed, to be tried again", "Failed"],
            await console.Page.Locator(".story strong").AllInnerTextsAsync());
        await console.GoAsync($"item/{posted}", ".story .posted");
        var changed = await console.Page.Locator("tr.changed th").AllTextContentsAsync();
        Assert.Contains("Title (changed)", changed);
        Assert.Contains("Platform (changed)", changed);
        Assert.DoesNotContain("Price (changed)", changed);
    }

    [Fact]
    public async Task Times_are_local_and_name_their_zone_with_UTC_on_hover_and_by_one_switch()
    {
        var app = await demo.AppAsync(postgres);
        var item = await app.Database.ScalarAsync<Guid>("select id from multiplatform_post_queue where status = 'posted' limit 1");
        await using var console = await ConsolePage.OpenAsync(chromium, app, view: $"item/{item}");
        var time = console.Page.Locator(".story time").First;
        await time.WaitForAsync();

        var queued = DateTimeOffset.Parse((await time.GetAttributeAsync("datetime"))!, CultureInfo.InvariantCulture);
        var berlin = TimeZoneInfo.ConvertTime(queued, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.EndsWith($"{berlin:HH:mm:ss} UTC+{berlin.Offset.Hours}", await time.InnerTextAsync());
        Assert.Equal($"{queued.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC", await time.GetAttributeAsync("title"));

        await console.Page.Keyboard.PressAsync("u");
        await Assertions.Expect(time).ToHaveTextAsync(new Regex($"{queued.UtcDateTime:HH:mm:ss} UTC$"));
    }

    [Fact]
    public async Task The_zone_is_named_where_a_time_is_typed_and_where_times_are_drawn()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(
            chromium, app, view: "items?from=2026-07-01T00%3A00%3A00Z&to=2026-12-01T00%3A00%3A00Z");

        // Each at its own time of the year.
        await Assertions.Expect(console.Page.GetByLabel("From (UTC+2)")).ToHaveValueAsync("2026-07-01T02:00");
        await Assertions.Expect(console.Page.GetByLabel("Before (UTC+1)")).ToHaveValueAsync("2026-12-01T01:00");
        await console.GoAsync("overview", "figcaption");
        await console.Page.Keyboard.PressAsync("u");
        await Assertions.Expect(console.Page.Locator("#plot-times").Locator("..").Locator("figcaption")).ToHaveTextAsync("Time to post · UTC");
    }

    [Fact]
    public async Task Keys_lead_through_all_of_it()
    {
        var app = await demo.AppAsync(postgres);
        await using var console = await ConsolePage.OpenAsync(chromium, app);
        var keyboard = console.Page.Keyboard;

        await keyboard.PressAsync("?");
        await console.SeesAsync("dialog .keys");
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("g");
        await keyboard.PressAsync("i");
        await console.SeesAsync("table.items");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("x");
        await Assertions.Expect(console.Page.Locator("tr:nth-child(2) input")).ToBeCheckedAsync();
        await keyboard.PressAsync("/");
        await keyboard.TypeAsync("rooftop");
        await keyboard.PressAsync("Enter");
        await console.IsAtAsync("#/items?text=rooftop");
        // A key is a letter while the field still has the focus.
        await Assertions.Expect(console.Page.Locator("#main")).ToBeFocusedAsync();
        await keyboard.PressAsync("t");
        await Assertions.Expect(console.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    private static async Task<LocatorBoundingBoxResult> PlotAsync(ConsolePage console)
    {
        await console.SeesAsync("#plot-counts .u-over");
        return (await console.Page.Locator("#plot-counts .u-over").BoundingBoxAsync())!;
    }

    private static async Task ZoomAsync(ConsolePage console)
    {
        var plot = await PlotAsync(console);
        await console.Page.Mouse.MoveAsync(plot.X + plot.Width * 0.4f, plot.Y + 40);
        await console.Page.Mouse.DownAsync();
        await console.Page.Mouse.MoveAsync(plot.X + plot.Width * 0.6f, plot.Y + 40, new() { Steps = 4 });
        await console.Page.Mouse.UpAsync();
    }

    /// <summary>How many seconds lie between the pointer at the left and at the right of the plot.</summary>
    private static async Task<double> LabelsAsync(ConsolePage console)
    {
        var plot = await PlotAsync(console);
        var at = console.Page.Locator("#plot-counts .u-legend tr:first-child td");
        List<DateTime> times = [];
        foreach (var place in (float[])[0.02f, 0.98f])
        {
            await console.Page.Mouse.MoveAsync(plot.X + plot.Width * place, plot.Y + 40);
            await Assertions.Expect(at).Not.ToHaveTextAsync("–");
            times.Add(DateTime.ParseExact((await at.InnerTextAsync()).Split(" UTC")[0], "d MMM HH:mm", CultureInfo.InvariantCulture));
        }

        return (times[1] - times[0]).TotalSeconds;
    }
}

using Microsoft.Playwright;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>For who sees little: at 400 % a window of 1280 pixels is 320 wide, and the system may force its own colours.</summary>
public sealed class LowVisionTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    /// <summary>
    /// Each control that is not disabled takes the focus, and then lies in the window with nothing above it. Gives those that do
    /// not, as their markup.
    /// </summary>
    private const string UnreachedControls =
        """
        () => {
          const root = document.querySelector('dialog[open]') ?? document.body;
          const controls = [...root.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
            .filter((one) => !one.disabled && !one.closest('details:not([open]) > :not(summary)'));
          const isReached = (one) => {
            one.focus();
            if (document.activeElement !== one) return false;
            if (!one.getClientRects()[0]) return false;
            let { left, right, top, bottom } = one.getClientRects()[0];
            const cut = (by) => {
              [left, right] = [Math.max(left, by.left), Math.min(right, by.right)];
              [top, bottom] = [Math.max(top, by.top), Math.min(bottom, by.bottom)];
            };
            cut({ left: 0, right: innerWidth, top: 0, bottom: innerHeight });
            for (let above = one.parentElement; above; above = above.parentElement)
              if (getComputedStyle(above).overflowX !== 'visible') cut(above.getBoundingClientRect());
            if (right - left < 2 || bottom - top < 2) return false;
            const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
            return one.contains(hit) || hit?.contains(one) && hit.tagName === 'LABEL';
          };
          const unreached = controls.filter((one) => !isReached(one)).map((one) => `${one.outerHTML.slice(0, 120)} at ${JSON.stringify(one.getBoundingClientRect())}`);
          return controls.length < 3 ? ['too few controls'] : unreached;
        }
        """;

    /// <summary>What is told by a ground, or by one of several colours, and by no border, no word and no stroke. In forced colours.</summary>
    private const string ToldByColourAlone =
        """
        () => {
          const style = (one, name, pseudo) => getComputedStyle(one, pseudo)[name];
          const ground = style(document.documentElement, 'backgroundColor');
          const hasBorder = (one) => parseFloat(style(one, 'borderTopWidth')) > 0 && style(one, 'borderTopColor') !== ground;
          const found = [];
          for (const one of document.querySelectorAll('.badge, .health, .answer, pre.error, button.primary, a.primary, button.danger'))
            if (!hasBorder(one) || !one.innerText.trim()) found.push(one.outerHTML.slice(0, 200));
          for (const row of document.querySelectorAll('tr.changed'))
            if (!row.innerText.includes('(changed)')) found.push(row.outerHTML.slice(0, 200));
          for (const [of, name] of [['#top nav', 'borderBottomColor'], ['.segments', 'backgroundColor']])
            for (const group of document.querySelectorAll(of)) {
              const chosen = group.querySelector('[aria-current]');
              const other = group.querySelector('a:not([aria-current])');
              if (chosen && other && style(chosen, name) === style(other, name)) found.push(group.outerHTML.slice(0, 200));
            }
          for (const legend of document.querySelectorAll('.u-legend')) {
            const strokes = [...legend.querySelectorAll('.u-series:not(:first-child) .u-marker')].map((one) => style(one, 'borderTopStyle'));
            if (strokes.length < 2 || new Set(strokes).size < strokes.length) found.push(legend.outerHTML.slice(0, 200));
          }
          return found;
        }
        """;

    [Theory]
    [InlineData(320, 256, ForcedColors.Active)]
    [InlineData(320, 256, ForcedColors.None)]
    public async Task Every_view_fits_every_control_is_reached_and_no_colour_tells_a_thing_alone(int width, int height, ForcedColors colors)
    {
        var app = await demo.MessyAppAsync(postgres);
        var failed = await app.Database.ScalarAsync<Guid>(
            "select id from multiplatform_post_queue where status = 'failed' and retry_count = 3 limit 1");
        var posted = await app.Database.ScalarAsync<Guid>(
            "select q.id from multiplatform_post_queue q join content_posts p on p.id = q.target_post_id where q.modified_title is not null limit 1");
        await using var console = await ConsolePage.OpenAsync(chromium, app, key: null, width: width, prepare: async page =>
        {
            await page.SetViewportSizeAsync(width, height);
            await page.EmulateMediaAsync(new() { ForcedColors = colors });
        });
        await AssertIsWholeAsync(console, colors);
        await console.EnterAsync(ConsoleApp.HostKey);
        // Nothing may change between the look at one control and the next.
        await console.SeesAsync(".u-legend");
        await console.SeesAsync(".spark");
        await console.Page.Locator(".live").ClickAsync();

        await AssertIsWholeAsync(console, colors);
        foreach (var (view, seen) in ((string, string)[])[
            ("failures", ".card"), ("items?status=failed", "table.items"), ($"item/{failed}", ".story"),
            ($"item/{posted}", "tr.changed"), ("changes", "td .badge")])
        {
            await console.GoAsync(view, seen);
            await AssertIsWholeAsync(console, colors);
        }

        await console.GoAsync("items?status=failed", "table.items");
        await console.ClickAsync("Cancel all that match");
        await console.SeesAsync("dialog form");
        await AssertIsWholeAsync(console, colors);
    }

    private static async Task AssertIsWholeAsync(ConsolePage console, ForcedColors colors)
    {
        await console.AssertIsFitAsync();
        Assert.Empty(await console.Page.EvaluateAsync<string[]>(UnreachedControls));
        if (colors == ForcedColors.Active)
            Assert.Empty(await console.Page.EvaluateAsync<string[]>(ToldByColourAlone));
    }
}

using FanzQueueFunctions.Browser.Tests;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>A length of time is written the same way by the program and by the console's page.</summary>
public sealed class DurationTests(PostgresFixture postgres, ChromiumFixture chromium, DemoFixture demo)
{
    private static readonly (double? Seconds, string Text)[] Cases =
    [
        (null, "–"), (-3, "0 s"), (0, "0 s"), (0.04, "0 s"), (0.05, "0.1 s"), (0.25, "0.3 s"), (0.44, "0.4 s"), (1, "1 s"),
        (1.96, "2 s"), (9.94, "9.9 s"), (9.96, "10 s"), (10.4, "10 s"), (10.5, "11 s"), (119, "119 s"), (119.5, "2 min"),
        (120, "2 min"), (412, "6 min"), (3600, "60 min"), (7199, "119 min"), (7200, "2 h"), (12_000, "3 h 20 min"),
        (86_400, "24 h"), (172_799, "47 h 59 min"), (172_800, "2 d"), (187_200, "2 d 4 h"), (604_800, "7 d"), (863_999, "9 d 23 h"),
        (867_600, "10 d"), (2_592_000, "30 d"), (106_704_000, "1,235 d"),
    ];

    [Fact]
    public void The_program_writes_them_so() =>
        Assert.Equal(Cases.Select(one => one.Text), Cases.Select(one => Duration.Of(one.Seconds)));

    [Fact]
    public async Task The_page_writes_them_so()
    {
        await using var console = await ConsolePage.OpenAsync(chromium, await demo.AppAsync(postgres), key: null);

        var texts = await console.Page.EvaluateAsync<string[]>(
            """
            async (seconds) => {
              const { duration } = await import(document.querySelector('script[type=module]').src.replace('main.js', 'format.js'));
              return seconds.map((one) => duration(one));
            }
            """,
            Cases.Select(one => one.Seconds).ToArray());

        Assert.Equal(Cases.Select(one => one.Text), texts);
    }
}

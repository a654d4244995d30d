using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>
/// How long an operator waits for the first plot: not a test, run by <c>./dev bench first-plot</c> alone, on the database that
/// <c>OPERATOR_DATABASE</c> names. Goal: under 500 ms after the key was entered.
/// </summary>
public sealed class FirstPlot(ChromiumFixture chromium)
{
    private const int UnmeasuredRounds = 3;
    private const int Rounds = 20;

    // Painted, not only asked for: the frame after the one in which the canvas came has it.
    private const string Watch =
        """
        () => {
          let entered;
          document.querySelector('form').addEventListener('submit', () => { entered = performance.now(); }, { capture: true });
          window.firstPlot = new Promise((resolve) => new MutationObserver(() => {
            if (document.querySelector('#plot-counts canvas'))
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - entered)));
          }).observe(document.getElementById('main'), { childList: true, subtree: true }));
          return performance.now();
        }
        """;

    [Fact(Explicit = true)]
    public async Task Measure_it()
    {
        var named = Environment.GetEnvironmentVariable("OPERATOR_DATABASE");
        Assert.SkipWhen(string.IsNullOrEmpty(named), "OPERATOR_DATABASE names no database.");
        var database = new TestDatabase(named!);
        // As the heartbeat does every five minutes.
        while (!await database.ScalarAsync<bool>("select (post_queue_roll_up() ->> 'is_current')::boolean"))
        {
        }

        await using var app = await ConsoleApp.StartAsync(database);
        foreach (var range in (string[])["1h", "24h", "30d"])
        {
            List<double> doors = [];
            List<double> plots = [];
            for (var round = -UnmeasuredRounds; round < Rounds; round++)
            {
                // Each in a context of its own: nothing is cached.
                await using var console = await ConsolePage.OpenAsync(chromium, app, key: null, $"overview?range={range}");
                var door = await console.Page.EvaluateAsync<double>(Watch);
                await console.EnterAsync(ConsoleApp.HostKey);
                var plot = await console.Page.EvaluateAsync<double>("() => window.firstPlot");
                if (round < 0)
                    continue;
                doors.Add(door);
                plots.Add(plot);
            }

            Console.WriteLine(
                $"{range,4}: opened in {Of(doors, 0.5)} ms (p95 {Of(doors, 0.95)}); " +
                $"first plot {Of(plots, 0.5)} ms after the key (p95 {Of(plots, 0.95)}, goal under 500)");
        }
    }

    private static double Of(List<double> samples, double share) =>
        Math.Round(samples.Order().ElementAt((int)Math.Ceiling(share * samples.Count) - 1));
}

using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Pictures;

/// <summary>How long an operator waits for the first plot. Goal: under 500 ms after the key was entered.</summary>
internal static class FirstPlot
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

    public static async Task MeasureAsync(string connectionString)
    {
        await using var database = new TestDatabase(connectionString);
        // As the heartbeat does every five minutes.
        while (!await database.ScalarAsync<bool>("select (post_queue_roll_up() ->> 'is_current')::boolean"))
        {
        }

        await using var console = await ShownConsole.StartAsync(connectionString);
        foreach (var range in (string[])["1h", "24h", "30d"])
        {
            List<double> doors = [];
            List<double> plots = [];
            for (var round = -UnmeasuredRounds; round < Rounds; round++)
            {
                var page = await console.OpenAsync($"overview?range={range}", width: 1280);
                var door = await page.EvaluateAsync<double>(Watch);
                await ShownConsole.EnterAsync(page);
                var plot = await page.EvaluateAsync<double>("() => window.firstPlot");
                await page.Context.CloseAsync();
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

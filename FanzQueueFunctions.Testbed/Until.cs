using System.Diagnostics;

namespace FanzQueueFunctions.Testbed;

/// <summary>Waits on a condition that nothing announces, such as a row in a database.</summary>
public static class Until
{
    /// <exception cref="TimeoutException">It did not come true in time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        var deadline = Stopwatch.StartNew();
        while (!await condition())
        {
            if (deadline.Elapsed > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"Not within {seconds} s: {what}.");
            await Task.Delay(50);
        }
    }
}

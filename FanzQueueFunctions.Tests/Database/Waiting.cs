using System.Diagnostics;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Database;

/// <summary>Waits, with a deadline, for what another session of the database does.</summary>
internal static class Waiting
{
    // Far above what a call takes, far below the command's time limit: a call that hangs is seen to hang.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Waits until some session of this database waits for a lock.</summary>
    /// <exception cref="TimeoutException">None did in 20 seconds.</exception>
    public static async Task WaitUntilASessionWaitsForALockAsync(this TestDatabase database)
    {
        var watch = Stopwatch.StartNew();
        while (!await database.ScalarAsync<bool>(
            """
            select exists (
              select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
            )
            """))
        {
            if (watch.Elapsed > Deadline)
                throw new TimeoutException($"No session waited for a lock within {Deadline.TotalSeconds} s.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <exception cref="TimeoutException">The call did not end in 20 seconds.</exception>
    public static Task<T> PromptlyAsync<T>(this Task<T> call) =>
        call.WaitAsync(Deadline, TestContext.Current.CancellationToken);
}

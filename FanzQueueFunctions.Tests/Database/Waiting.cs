using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Database;

/// <summary>Waits, with a deadline, for what another session of the database does.</summary>
internal static class Waiting
{
    // Far above what a call takes, far below the command's time limit: a call that hangs is seen to hang.
    private const int Seconds = 20;

    /// <summary>Waits until some session of this database waits for a lock.</summary>
    /// <exception cref="TimeoutException">None did in 20 seconds.</exception>
    public static Task WaitUntilASessionWaitsForALockAsync(this TestDatabase database) => Until.TrueAsync(
        () => database.ScalarAsync<bool>(
            """
            select exists (
              select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
            )
            """),
        "a session waits for a lock",
        Seconds);

    /// <exception cref="TimeoutException">The call did not end in 20 seconds.</exception>
    public static Task<T> PromptlyAsync<T>(this Task<T> call) =>
        call.WaitAsync(TimeSpan.FromSeconds(Seconds), TestContext.Current.CancellationToken);
}

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>The one deadline for whatever a test waits for: a test that would hang fails instead.</summary>
internal static class Now
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Deadline, Token);

    public static Task Soon(this Task task) => task.WaitAsync(Deadline, Token);
}

namespace FanzQueueFunctions.Testbed;

/// <summary>The app, started and watched: a plain process, or a worker under the stand-in for the Functions host.</summary>
public interface IRunningApp : IAsyncDisposable
{
    /// <summary>The app's process id.</summary>
    int Id { get; }

    bool HasExited { get; }

    /// <summary>All that whoever runs the app has seen so far.</summary>
    IReadOnlyList<string> Lines { get; }

    /// <summary>Where its HTTP is served, as soon as it is.</summary>
    Task<Uri> AddressAsync();

    /// <summary>Waits until a line holds the text.</summary>
    /// <param name="after">Lines to pass over: those before this place do not count.</param>
    /// <returns>The first such line.</returns>
    /// <exception cref="TimeoutException">It did not come; the message has all lines that did.</exception>
    Task<string> WaitForLineAsync(string text, int after = 0, int seconds = 30);

    /// <summary>Sends the app's process a signal by its name, as <c>kill -TERM</c> does.</summary>
    void Signal(string name);

    /// <summary>Waits until the app's process has ended and all its lines are read.</summary>
    /// <returns>Its exit code.</returns>
    Task<int> WaitForExitAsync(int seconds = 40);
}

using System.Diagnostics;

namespace FanzQueueFunctions.Benchmarks;

/// <summary>One line on standard error that says what is being measured; one line each where that is no terminal.</summary>
internal sealed class Progress : IDisposable
{
    private readonly Stopwatch _since = Stopwatch.StartNew();

    public void Say(string what)
    {
        var line = $"{_since.Elapsed:hh\\:mm\\:ss}  {what}";
        if (Console.IsErrorRedirected)
            Console.Error.WriteLine(line);
        else
            Console.Error.Write($"\r\e[K{line}");
    }

    /// <summary>Leaves an empty line for what comes next.</summary>
    public void Dispose()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write("\r\e[K");
    }
}

using System.Diagnostics;

namespace FanzQueueFunctions.Testbed;

/// <summary>The app as a process of its own, started as a user starts it; its log is kept line by line.</summary>
public sealed class AppProcess : IRunningApp
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _moreLines = new(0);

    private AppProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Ends with the process's exit code, when all its lines are read.</summary>
    internal Task<int> Exited { get; private set; } = Task.FromResult(0);

    /// <summary>All that it has printed so far, on standard output and standard error.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Starts the app on a free port.</summary>
    /// <param name="settings">Its settings; nothing else of this process's settings for the app reaches it.</param>
    public static AppProcess Start(params (string Name, string? Value)[] settings) => Start(settings, []);

    /// <summary>Starts the app with a command line.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="arguments">The command line.</param>
    public static AppProcess Start(IEnumerable<(string Name, string? Value)> settings, params string[] arguments) =>
        Start(AppProgram.Chosen, settings, arguments);

    /// <summary>Starts one form of the app.</summary>
    /// <param name="program">The form.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="arguments">The command line.</param>
    public static AppProcess Start(
        AppProgram program, IEnumerable<(string Name, string? Value)> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(program.File, [.. program.Arguments, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in (string[])["DATABASE_URL", "SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "PORT"])
            start.Environment.Remove(name);
        // In Development it would read a developer's local.settings.json.
        foreach (var name in (string[])["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "AZURE_FUNCTIONS_ENVIRONMENT"])
            start.Environment.Remove(name);
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        var app = new AppProcess(new Process { StartInfo = start });
        app._process.OutputDataReceived += (_, line) => app.Keep(line.Data);
        app._process.ErrorDataReceived += (_, line) => app.Keep(line.Data);
        app._process.Start();
        app._process.BeginOutputReadLine();
        app._process.BeginErrorReadLine();
        app.Exited = app.ExitCodeAsync();
        return app;
    }

    public async Task<string> WaitForLineAsync(string text, int after = 0, int seconds = 30)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            if (Lines.Skip(after).FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
                return found;
            var left = TimeSpan.FromSeconds(seconds) - deadline.Elapsed;
            if (left <= TimeSpan.Zero || !await _moreLines.WaitAsync(left))
                throw new TimeoutException(
                    $"No line with \"{text}\" within {seconds} s:{Environment.NewLine}{string.Join(Environment.NewLine, Lines)}");
        }
    }

    public async Task<Uri> AddressAsync()
    {
        const string Mark = "listening on ";
        var line = await WaitForLineAsync(Mark);
        return new Uri(line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..]);
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString()]);
        kill.WaitForExit();
    }

    public async Task<int> WaitForExitAsync(int seconds = 40)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        return await Exited.WaitAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await Exited;
        _process.Dispose();
        _moreLines.Dispose();
    }

    private async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Adds a line that reaches whoever runs the app by another way than its output.</summary>
    /// <param name="line">Null where the output has ended.</param>
    internal void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
        _moreLines.Release();
    }
}

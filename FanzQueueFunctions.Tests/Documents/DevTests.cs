using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary><c>./dev</c> where it would do harm: it refuses, and has changed nothing.</summary>
public sealed class DevTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fanz-dev-").FullName;

    [Theory]
    [InlineData("clean")]
    [InlineData("run")]
    public async Task While_a_run_is_at_work_in_the_clone_there_is_no_other_and_no_cleaning(string command)
    {
        var clone = Clone("clone");
        Directory.CreateDirectory(Path.Combine(clone, ".local"));
        await File.WriteAllTextAsync(
            Path.Combine(clone, ".local", "running"), $"{Environment.ProcessId}\n", TestContext.Current.CancellationToken);

        var (exitCode, error) = await RunAsync(Path.Combine(clone, "dev"), [], command);

        Assert.Equal((1, $"dev: ./dev run is at work in this clone (process {Environment.ProcessId}): stop it first\n"), (exitCode, error));
        Assert.Equal(["running"], Directory.GetFileSystemEntries(Path.Combine(clone, ".local")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_run_that_is_gone_holds_nobody_up()
    {
        var clone = Clone("clone");
        Directory.CreateDirectory(Path.Combine(clone, ".local"));
        // No process has this number: it is above what Linux gives out.
        await File.WriteAllTextAsync(Path.Combine(clone, ".local", "running"), "99999999\n", TestContext.Current.CancellationToken);

        var (exitCode, error) = await RunAsync(Path.Combine(clone, "dev"), [], "clean");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.False(Directory.Exists(Path.Combine(clone, ".local")));
    }

    [Fact]
    public async Task A_path_that_a_shell_would_read_is_refused_at_once()
    {
        var clone = Clone("a $HOME of one's own");

        var (exitCode, error) = await RunAsync(Path.Combine(clone, "dev"), [], "run");

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"dev: the path of this clone, {clone}, has one of", error);
        Assert.False(Directory.Exists(Path.Combine(clone, ".local")));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_before_anything_is_migrated_or_queued()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exitCode, error) = await RunAsync(
            "dotnet",
            [("PORT", port.ToString()), ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nowhere")],
            AppProgram.ProgramOf("FanzQueueFunctions.Testbed"), "run");

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"Port {port} cannot be listened on", error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Clone(string name)
    {
        var clone = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.Combine(clone, "scripts"));
        foreach (var file in (string[])["dev", "scripts/postgres"])
            File.Copy(Path.Combine(RepositoryFolder.Path, file), Path.Combine(clone, file));
        return clone;
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(
        string program, (string Name, string Value)[] settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await error);
    }
}

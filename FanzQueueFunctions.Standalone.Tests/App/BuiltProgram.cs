using System.Diagnostics;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>A program of this repository beside the app, as a process.</summary>
internal static class BuiltProgram
{
    /// <summary>Runs it to its end, four minutes at most, and demands that it succeeds.</summary>
    /// <param name="project">Its project, which is built with the tests.</param>
    public static async Task SucceedsAsync(string project, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [AppProgram.ProgramOf(project), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        try
        {
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>The stand-in for Supabase's REST API in a process of its own, in front of the measured database.</summary>
internal sealed class StandInProcess : IAsyncDisposable
{
    private readonly Process _process;

    private StandInProcess(Process process, string url, string key)
    {
        _process = process;
        Settings = [("SUPABASE_URL", url), ("SUPABASE_SERVICE_ROLE_KEY", key)];
    }

    /// <summary>The app's settings that lead to it.</summary>
    public (string Name, string? Value)[] Settings { get; }

    public static async Task<StandInProcess> StartAsync(string connectionString)
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        var program = typeof(PostgrestStandIn).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [program, "postgrest"]) { RedirectStandardOutput = true };
        start.Environment["DATABASE_URL"] = connectionString;
        start.Environment["JWT_SECRET"] = secret;
        var process = Process.Start(start)!;
        const string Mark = "SUPABASE_URL=";
        var line = await process.StandardOutput.ReadLineAsync();
        return line is not null && line.StartsWith(Mark, StringComparison.Ordinal)
            ? new(process, line[Mark.Length..], Jwt.Sign("service_role", secret))
            : throw new InvalidOperationException("The stand-in for the REST API did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

using System.Diagnostics;
using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>
/// A real PostgreSQL in a folder of its own, on a free loopback port, started and stopped by <c>scripts/postgres</c>.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // Where Linux keeps files in memory, and how much room a test's databases need there.
    private const string Memory = "/dev/shm";
    private const long Room = 4L * 1024 * 1024 * 1024;

    private PostgresServer(string folder, int port) => (Folder, Port) = (folder, port);

    public string Folder { get; }

    public int Port { get; }

    /// <summary>Whether the folder stays at the end, to be looked into.</summary>
    public bool IsKept { get; set; }

    /// <summary>Makes a new cluster under the system's temporary folder and starts it.</summary>
    /// <param name="inMemory">
    /// Where there is room: a database is 300 files, which a disk takes longer to make and to remove than most tests last.
    /// </param>
    /// <exception cref="InvalidOperationException">The server could not be made or started; says why.</exception>
    public static async Task<PostgresServer> StartAsync(bool inMemory = false)
    {
        var folder = inMemory && Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > Room
            ? Directory.CreateDirectory(Path.Combine(Memory, $"fanz-postgres-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("fanz-postgres-").FullName;
        var port = int.Parse(await RunAsync("start", folder));
        return new PostgresServer(folder, port);
    }

    /// <summary>
    /// Fetches the programs of the version that <c>POSTGRES_VERSION</c> asks for, where they are missing.
    /// </summary>
    /// <returns>The folder that they are in.</returns>
    public static Task<string> FetchAsync() => RunAsync("programs");

    /// <summary>The superuser's connection string to a database of this server.</summary>
    public string ConnectionString(string database = "postgres") =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = "postgres",
            Database = database,
            // A server that was stopped closes its connections; tests that do so want the error, not a hang.
            Timeout = 15,
            CommandTimeout = 120,
        }.ConnectionString;

    /// <summary>Stops the server.</summary>
    /// <param name="mode">PostgreSQL's shutdown mode: <c>smart</c>, <c>fast</c> or <c>immediate</c>.</param>
    public Task StopAsync(string mode = "fast") => RunAsync("stop", Folder, mode);

    /// <summary>Starts the stopped server again on the same port.</summary>
    public Task StartAgainAsync() => RunAsync("start", Folder, Port.ToString());

    public async ValueTask DisposeAsync() => await RunAsync(IsKept ? "stop" : "remove", Folder);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryFolder.Path, "scripts", "postgres"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"scripts/postgres {string.Join(' ', arguments)}: {await error}");
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>A real PgBouncer in transaction mode before a test's database, on a free loopback port, run by <c>scripts/pgbouncer</c>.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;

    private PgBouncer(string folder, Process process, string connectionString) =>
        (_folder, _process, ConnectionString) = (folder, process, connectionString);

    /// <summary>Leads through it.</summary>
    public string ConnectionString { get; }

    /// <param name="connectionString">Of the database behind it.</param>
    /// <exception cref="InvalidOperationException">It is not installed, or did not start; says why.</exception>
    public static async Task<PgBouncer> StartAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var folder = Directory.CreateTempSubdirectory("fanz-pgbouncer-").FullName;
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(
            Path.Combine(RepositoryFolder.Path, "scripts", "pgbouncer"), [folder, $"{port}", $"{settings.Port}"])
        {
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        settings.Port = port;
        var bouncer = new PgBouncer(folder, process, settings.ConnectionString);
        await Until.TrueAsync(
            async () => process.HasExited ? throw new InvalidOperationException(await error) : await bouncer.AnswersAsync(),
            "PgBouncer answers",
            seconds: 120);
        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

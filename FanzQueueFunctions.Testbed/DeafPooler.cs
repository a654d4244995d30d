using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>
/// Stands in for a transaction pooler as far as LISTEN is concerned: it passes everything on but notifications, which such
/// a pooler gives to whichever client happens to use the session. Without TLS.
/// </summary>
public sealed class DeafPooler : IAsyncDisposable
{
    private const byte NotificationResponse = (byte)'A';
    private const int HeaderLength = 5;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _serverPort;
    private readonly Task _accepting;

    // Grows each time that answers are swallowed; a connection keeps the one that it began in.
    private int _generation;

    private DeafPooler(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <param name="connectionString">Of the database behind it.</param>
    /// <returns>The pooler, and the connection string that leads through it.</returns>
    public static (DeafPooler Pooler, string ConnectionString) Start(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { SslMode = SslMode.Disable };
        var pooler = new DeafPooler(settings.Port);
        settings.Port = ((IPEndPoint)pooler._listener.LocalEndpoint).Port;
        return (pooler, settings.ConnectionString);
    }

    /// <summary>From here on no answer comes back on the connections that there are. New ones work.</summary>
    public void SwallowAnswers() => Interlocked.Increment(ref _generation);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> served = [];
        try
        {
            while (true)
                served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var client = accepted;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _end.Token);
            var requests = client.GetStream().CopyToAsync(server.GetStream(), _end.Token);
            var answers = CopyAnswersAsync(server.GetStream(), client.GetStream());
            await await Task.WhenAny(requests, answers);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // One side has closed.
        }
    }

    /// <summary>Each message is a byte for its kind, and its length without that byte.</summary>
    private async Task CopyAnswersAsync(NetworkStream from, NetworkStream to)
    {
        var message = new byte[64 * 1024];
        var generation = Volatile.Read(ref _generation);
        while (true)
        {
            await from.ReadExactlyAsync(message.AsMemory(0, HeaderLength), _end.Token);
            var length = 1 + BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1));
            if (length > message.Length)
                Array.Resize(ref message, length);
            await from.ReadExactlyAsync(message.AsMemory(HeaderLength, length - HeaderLength), _end.Token);
            if (message[0] != NotificationResponse && generation == Volatile.Read(ref _generation))
                await to.WriteAsync(message.AsMemory(0, length), _end.Token);
        }
    }
}

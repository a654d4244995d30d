namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>An HTTP answer, complete and not yet sent, so that a fault can still be done to it.</summary>
internal sealed class Answer(int status) : IDisposable
{
    public const string Json = "application/json; charset=utf-8";

    private readonly PooledBytes? _pooled;

    /// <summary>An answer whose body lies in pooled memory, which it gives back when it is disposed of.</summary>
    public Answer(int status, PooledBytes body)
        : this(status) => (_pooled, Body) = (body, body.Memory);

    public int Status { get; } = status;

    public string? ContentType { get; init; }

    public List<(string Name, string Value)> Headers { get; init; } = [];

    public ReadOnlyMemory<byte> Body { get; init; }

    public void Dispose() => _pooled?.Dispose();
}

using System.Collections.Concurrent;

namespace FanzQueueFunctions.Chaos;

/// <summary>A change that the storm asks for.</summary>
/// <param name="Verb">As the address names it.</param>
/// <param name="Body">Of every request for it.</param>
internal sealed record Order(string Verb, string Body)
{
    /// <summary>The idempotency key.</summary>
    public string Key { get; } = Guid.NewGuid().ToString();

    /// <summary>The bodies of all answers that say what was done.</summary>
    public ConcurrentQueue<string> Answers { get; } = [];
}

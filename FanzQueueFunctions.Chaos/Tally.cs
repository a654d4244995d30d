using System.Collections.Concurrent;

namespace FanzQueueFunctions.Chaos;

/// <summary>How often each fault was done, and how many things it touched.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, (int Times, int Touched)> _counts = new();

    /// <summary>The last fault that was done.</summary>
    public string Last { get; private set; } = "none";

    public int Total => _counts.Values.Sum(count => count.Times);

    public IEnumerable<(string Fault, int Times, int Touched)> Counts =>
        _counts.OrderBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => (count.Key, count.Value.Times, count.Value.Touched));

    public void Add(string fault, int touched, int times = 1)
    {
        Last = fault;
        _counts.AddOrUpdate(fault, (times, touched), (_, count) => (count.Times + times, count.Touched + touched));
    }
}

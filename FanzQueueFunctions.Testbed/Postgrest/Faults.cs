using System.Collections.Concurrent;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>What can go wrong between a caller and the database.</summary>
public enum FaultKind
{
    /// <summary>Nothing: the call is answered as it should be.</summary>
    None,

    /// <summary>The connection is closed before the call reached the database.</summary>
    DropBefore,

    /// <summary>The database acted, then the connection is closed without an answer.</summary>
    DropAfter,

    /// <summary>The call waits on its way to the database, and arrives there even if the caller has gone.</summary>
    DelayBefore,

    /// <summary>The database acted, then the answer waits.</summary>
    DelayAfter,

    /// <summary>The answer announces its whole length, then half of it comes, then the connection is closed.</summary>
    Cut,

    /// <summary>The answer has status 200 and a body that is not JSON.</summary>
    Corrupt,

    /// <summary>The answer says that it is compressed, and is not.</summary>
    BrokenGzip,

    /// <summary>The call runs a second time after the first; the caller gets the first answer.</summary>
    Duplicate,

    /// <summary>The call runs twice at the same time; the caller gets one of the answers.</summary>
    DuplicateAtOnce,

    /// <summary>A gateway answers with a page of HTML; the call does not reach the database.</summary>
    GatewayError,

    /// <summary>A gateway answers 429 with <c>Retry-After</c>; the call does not reach the database.</summary>
    RateLimited,
}

/// <summary>One fault.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Delay">How long it waits; of <see cref="FaultKind.RateLimited"/>, what <c>Retry-After</c> says.</param>
/// <param name="Status">The status of <see cref="FaultKind.GatewayError"/>: 502, 503, 504.</param>
public sealed record Fault(FaultKind Kind, TimeSpan Delay = default, int Status = 502)
{
    public static Fault None { get; } = new(FaultKind.None);
}

/// <summary>Decides for each call what goes wrong with it, and counts what did. May be set while calls run.</summary>
public sealed class Faults
{
    private readonly ConcurrentDictionary<FaultKind, int> _counts = new();
    private volatile Func<string, Fault> _decide = _ => Fault.None;

    /// <summary>From the name of the called function to what goes wrong with this call; at first, nothing.</summary>
    public Func<string, Fault> Decide
    {
        get => _decide;
        set => _decide = value;
    }

    /// <summary>These faults for the next calls, one each, then none.</summary>
    public static Func<string, Fault> InTurn(params Fault[] faults)
    {
        var waiting = new ConcurrentQueue<Fault>(faults);
        return _ => waiting.TryDequeue(out var fault) ? fault : Fault.None;
    }

    /// <summary>One of these faults for a share of the calls, in the same order for the same seed.</summary>
    /// <param name="seed">Where the random numbers start.</param>
    /// <param name="share">How many of the calls go wrong, from 0 to 1.</param>
    /// <param name="faults">What may go wrong, each as often as the others.</param>
    public static Func<string, Fault> AtRandom(int seed, double share, params Fault[] faults)
    {
        var random = new Random(seed);
        var turn = new Lock();
        return _ =>
        {
            lock (turn)
                return random.NextDouble() < share ? faults[random.Next(faults.Length)] : Fault.None;
        };
    }

    /// <summary>How many calls met this kind so far.</summary>
    public int Count(FaultKind kind) => _counts.GetValueOrDefault(kind);

    internal Fault Next(string function)
    {
        var fault = _decide(function);
        _counts.AddOrUpdate(fault.Kind, 1, (_, count) => count + 1);
        return fault;
    }
}

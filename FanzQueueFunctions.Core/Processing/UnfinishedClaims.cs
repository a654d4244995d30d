using System.Collections.Concurrent;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Claims that may still hold items: an answer was lost, a row was locked, a settle ran out of time. Each is tried beside
/// the due items, never in their place, a hundred times within its lease at most. When its lease is over it is forgotten,
/// and what it holds is rescued like the items of any worker that is gone.
/// </summary>
internal sealed class UnfinishedClaims(TimeSpan lease, TimeProvider time)
{
    private readonly ConcurrentQueue<ClaimInHand> _claims = new();

    /// <summary>How many items they hold that could not be settled.</summary>
    public int Unsettled => _claims.Sum(claim => claim.Unsettled);

    public void Add(ClaimInHand claim) => _claims.Enqueue(claim);

    /// <summary>Takes those whose turn it is, for one run, which adds again what it does not finish.</summary>
    public Queue<ClaimInHand> TakeDue()
    {
        Queue<ClaimInHand> due = [];
        // As many as there are now: what is added meanwhile is for another run.
        for (var left = _claims.Count; left > 0 && _claims.TryDequeue(out var claim); left--)
        {
            if (time.GetElapsedTime(claim.TakenAt) >= lease)
                continue;
            if (claim.TriedAt is { } triedAt && time.GetElapsedTime(triedAt) < lease / 100)
                _claims.Enqueue(claim);
            else
                due.Enqueue(claim);
        }

        return due;
    }
}

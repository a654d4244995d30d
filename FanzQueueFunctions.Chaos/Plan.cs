namespace FanzQueueFunctions.Chaos;

/// <summary>What the storm may do.</summary>
internal enum Deed
{
    KillWorker,
    StopAndContinueWorker,
    RestartPostgresFast,
    RestartPostgresImmediate,
    CutConnections,
    CancelStatements,
    HoldRows,
    LockTable,
    ResetStuckBySql,
    ResetStuckByHttp,
    ResetStuckByHand,
    FireTimerByHttp,
    Retry,
    Cancel,
    Prune,
    AgeDone,
    DeleteItems,
    DeleteOriginal,
    DeleteCreator,
    HideOriginal,
    MoveSchedules,
    QueueAgain,
    PausePlatforms,
    PauseEverything,
    ResumePlatforms,
    LimitPlatforms,
    WakeByHttp,
    CutListeners,
    ReadOnlySpell,
    SerializableSpell,
    SuppressUpdates,
    ForgeClaims,
}

/// <summary>One deed of the storm.</summary>
/// <param name="At">When, counted from the storm's beginning.</param>
/// <param name="Random">A number from 0 to 1 for what the deed has to choose.</param>
internal sealed record PlannedDeed(TimeSpan At, Deed Deed, double Random);

/// <summary>All that the storm will do and when, from the seed alone.</summary>
internal static class Plan
{
    // How often each comes, beside the others. A restart or a kill costs seconds, so there are fewer of them.
    private static readonly (Deed Deed, int Weight)[] Weights =
    [
        (Deed.KillWorker, 6),
        (Deed.StopAndContinueWorker, 6),
        (Deed.RestartPostgresFast, 1),
        (Deed.RestartPostgresImmediate, 2),
        (Deed.CutConnections, 8),
        (Deed.CancelStatements, 4),
        (Deed.HoldRows, 12),
        (Deed.LockTable, 3),
        (Deed.ResetStuckBySql, 10),
        (Deed.ResetStuckByHttp, 6),
        (Deed.ResetStuckByHand, 4),
        (Deed.FireTimerByHttp, 4),
        (Deed.Retry, 14),
        (Deed.Cancel, 14),
        (Deed.Prune, 8),
        (Deed.AgeDone, 8),
        (Deed.DeleteItems, 5),
        (Deed.DeleteOriginal, 4),
        (Deed.DeleteCreator, 2),
        (Deed.HideOriginal, 6),
        (Deed.MoveSchedules, 6),
        (Deed.QueueAgain, 8),
        (Deed.PausePlatforms, 8),
        (Deed.PauseEverything, 2),
        (Deed.ResumePlatforms, 6),
        (Deed.LimitPlatforms, 8),
        (Deed.WakeByHttp, 6),
        (Deed.CutListeners, 6),
        (Deed.ReadOnlySpell, 1),
        (Deed.SerializableSpell, 2),
        (Deed.SuppressUpdates, 4),
        (Deed.ForgeClaims, 3),
    ];

    private static readonly TimeSpan MeanPause = TimeSpan.FromMilliseconds(250);

    public static IReadOnlyList<PlannedDeed> Of(int seed, TimeSpan length)
    {
        var random = new Random(seed);
        List<PlannedDeed> deeds = [];
        // What a short storm must not miss comes first, the rest by chance.
        Queue<Deed> first = new(
        [
            Deed.SuppressUpdates, Deed.ForgeClaims, Deed.StopAndContinueWorker, Deed.KillWorker, Deed.RestartPostgresImmediate, Deed.ReadOnlySpell,
            Deed.SerializableSpell,
        ]);
        for (var at = Pause(random); at < length; at += Pause(random))
        {
            var deed = Draw(random);
            deeds.Add(new(at, first.Count > 0 && at > length / 4 ? first.Dequeue() : deed, random.NextDouble()));
        }

        return deeds;
    }

    private static TimeSpan Pause(Random random) => MeanPause * (0.2 + 1.6 * random.NextDouble());

    private static Deed Draw(Random random)
    {
        var place = random.Next(Weights.Sum(weight => weight.Weight));
        foreach (var (deed, weight) in Weights)
        {
            place -= weight;
            if (place < 0)
                return deed;
        }

        throw new InvalidOperationException("The weights do not add up.");
    }
}

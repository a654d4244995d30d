namespace FanzQueueFunctions.Benchmarks;

/// <summary>How much one run measures.</summary>
internal sealed record BenchSize
{
    /// <summary>How often each compared pair is run; the figures are medians over the rounds.</summary>
    public required int Rounds { get; init; }

    public required int[] BatchSizes { get; init; }

    /// <summary>Items that one run drains, at most.</summary>
    public required int Items { get; init; }

    /// <summary>Batches that a latency is taken from, for each length of the queue.</summary>
    public required int LatencyBatches { get; init; }

    /// <summary>Items that are queued one by one, each committed.</summary>
    public required int SingleItems { get; init; }

    /// <summary>Items that a call of <c>Wake</c> tells of, 1.1 s apart.</summary>
    public required int WokenItems { get; init; }

    /// <summary>Due items, the longest queue last.</summary>
    public required int[] DueItems { get; init; }

    /// <summary>Added to the longest queue: items for later, then posted items.</summary>
    public required int ScheduledItems { get; init; }
    public required int PostedItems { get; init; }

    /// <summary>Posts, and as many items, that the migrations are pushed onto.</summary>
    public required int MigratedRows { get; init; }

    /// <summary>Items of the queue that an operator looks at; a tenth of them is pruned.</summary>
    public required int OperatorItems { get; init; }

    /// <summary>How long the process is watched while idle, in seconds.</summary>
    public required int IdleSeconds { get; init; }

    public static readonly BenchSize Full = new()
    {
        Rounds = 5,
        BatchSizes = [10, 100, 500, 1000],
        Items = 20_000,
        LatencyBatches = 300,
        SingleItems = 1_000,
        WokenItems = 300,
        DueItems = [1_000, 100_000, 1_000_000],
        ScheduledItems = 1_000_000,
        PostedItems = 5_000_000,
        MigratedRows = 1_000_000,
        OperatorItems = 10_000_000,
        IdleSeconds = 60,
    };

    /// <summary>Some two minutes.</summary>
    public static readonly BenchSize Quick = new()
    {
        Rounds = 2,
        BatchSizes = [100, 500],
        Items = 10_000,
        LatencyBatches = 150,
        SingleItems = 250,
        WokenItems = 25,
        DueItems = [1_000, 50_000],
        ScheduledItems = 50_000,
        PostedItems = 50_000,
        MigratedRows = 50_000,
        OperatorItems = 200_000,
        IdleSeconds = 10,
    };

    /// <summary>To see that all of it runs: what it measures says nothing.</summary>
    public static readonly BenchSize Trial = new()
    {
        Rounds = 1,
        BatchSizes = [100],
        Items = 2_000,
        LatencyBatches = 2,
        SingleItems = 10,
        WokenItems = 2,
        DueItems = [1_000, 2_000],
        ScheduledItems = 1_000,
        PostedItems = 1_000,
        MigratedRows = 1_000,
        OperatorItems = 20_000,
        IdleSeconds = 1,
    };

    /// <summary>Small batches take long for their commits: fewer of them say as much.</summary>
    public int ItemsAt(int batchSize) => Math.Min(Items, batchSize * 300);
}

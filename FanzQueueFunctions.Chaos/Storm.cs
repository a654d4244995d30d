using System.Diagnostics;
using System.Text;
using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Chaos;

/// <summary>Carries out the plan: every deed at its time, beside the others.</summary>
internal sealed class Storm(
    ChaosDatabase database, Workers workers, Calls calls, Orders orders, Tally tally) : IDisposable
{
    private static readonly TimeSpan HoldEvery = TimeSpan.FromSeconds(3);

    private readonly TestDatabase _sql = database.Sql;
    private readonly SemaphoreSlim _server = new(1);

    // One statement of the driver's at a time: two of them would wait for each other's rows.
    private readonly SemaphoreSlim _rows = new(1);

    /// <summary>Returns when the storm is over and all that it held or stopped is free again.</summary>
    public async Task RageAsync(IReadOnlyList<PlannedDeed> plan, CancellationToken end)
    {
        var clock = Stopwatch.StartNew();
        using var isOver = CancellationTokenSource.CreateLinkedTokenSource(end);
        var held = HoldThroughoutAsync(isOver.Token);
        List<Task> underWay = [];
        foreach (var deed in plan)
        {
            if (deed.At > clock.Elapsed)
                await Task.Delay(deed.At - clock.Elapsed, end).ContinueWith(_ => { }, TaskScheduler.Default);
            if (end.IsCancellationRequested)
                break;
            underWay.Add(DoAsync(deed));
        }

        await isOver.CancelAsync();
        await held;
        await Task.WhenAll(underWay);
    }

    /// <summary>Ends every suppression, pause and limit, so that the queue can run empty.</summary>
    public async Task HealAsync()
    {
        await _sql.ExecuteAsync("insert into chaos.calm default values");
        foreach (var platform in await _sql.ScalarAsync<string[]>(Deeds.Paused))
            await orders.InsistAsync("resume", new { platform });
        foreach (var platform in await _sql.ScalarAsync<string[]>(Deeds.Limited))
            await orders.InsistAsync("limit", new { platform, perMinute = (int?)null });
    }

    public void Dispose()
    {
        _server.Dispose();
        _rows.Dispose();
    }

    private async Task DoAsync(PlannedDeed planned)
    {
        try
        {
            if (await TouchAsync(planned.Deed, planned.Random) is { } touched)
                tally.Add(Name(planned.Deed), touched);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or HttpRequestException or OperationCanceledException)
        {
            // Another deed was in the way: the server is down, the worker is stopped. Not counted.
        }
    }

    /// <returns>How many things it touched; null where it was not done.</returns>
    private Task<int?> TouchAsync(Deed deed, double random) => deed switch
    {
        Deed.KillWorker => WorkerAsync(workers.KillAsync(Pick(random))),
        Deed.StopAndContinueWorker => WorkerAsync(workers.StopAndContinueAsync(
            Pick(random), TimeSpan.FromSeconds(WorkerSettings.LeaseSeconds + 0.5 + 2 * Rest(random)))),
        Deed.RestartPostgresFast => RestartAsync("fast", random),
        Deed.RestartPostgresImmediate => RestartAsync("immediate", random),
        Deed.CutConnections => RowsAsync(Deeds.CutConnections),
        Deed.CancelStatements => RowsAsync(Deeds.CancelStatements),
        Deed.HoldRows => HoldAsync(Deeds.Held[(int)(random * Deeds.Held.Count)], TimeSpan.FromSeconds(0.3 + 2 * Rest(random))),
        Deed.LockTable => HoldAsync(Deeds.Locked[(int)(random * Deeds.Locked.Count)], TimeSpan.FromSeconds(0.5 + 4 * Rest(random))),
        Deed.ResetStuckBySql => RowsAsync(Deeds.ResetStuck, (int)(random * 2)),
        Deed.ResetStuckByHttp => ResetByHttpAsync(random),
        Deed.ResetStuckByHand => RowsAsync(Deeds.ResetByHand),
        Deed.FireTimerByHttp => FireByHttpAsync(random),
        Deed.Retry => RetryAsync(random),
        Deed.Cancel => CancelAsync(random),
        Deed.Prune => PruneAsync(random),
        Deed.AgeDone => RowsAsync(Deeds.AgeDone, Salt(random)),
        Deed.DeleteItems => RowsAsync(Deeds.DeleteItems, Salt(random)),
        Deed.DeleteOriginal => RowsAsync(Deeds.DeleteOriginal, Salt(random)),
        Deed.DeleteCreator => RowsAsync(Deeds.DeleteCreator, Salt(random)),
        Deed.HideOriginal => RowsAsync(Deeds.Hidden[(int)(random * Deeds.Hidden.Count)], Salt(random)),
        Deed.MoveSchedules => RowsAsync(Deeds.MoveSchedules, Salt(random), 10 * Rest(random) - 5),
        Deed.QueueAgain => QueueAgainAsync(random),
        Deed.PausePlatforms => EachAsync(Deeds.AnyPlatforms, random, (platform, way) =>
            orders.GiveAsync("pause", new { platform, reason = "the storm" }, way)),
        Deed.PauseEverything => PauseEverythingAsync(TimeSpan.FromSeconds(0.3 + 2 * Rest(random))),
        Deed.ResumePlatforms => EachAsync(Deeds.AnyPaused, random, (platform, way) =>
            orders.GiveAsync("resume", new { platform }, way)),
        // Every other one loses its limit.
        Deed.LimitPlatforms => EachAsync(Deeds.AnyPlatforms, random, (platform, way) =>
            orders.GiveAsync("limit", new { platform, perMinute = way < 0.5 ? (int?)(60 + 540 * way) : null }, way)),
        Deed.WakeByHttp => WakeByHttpAsync(random),
        Deed.CutListeners => RowsAsync(Deeds.CutListeners),
        Deed.ReadOnlySpell => SpellAsync("default_transaction_read_only", "on", TimeSpan.FromSeconds(0.5 + 2 * Rest(random))),
        Deed.SerializableSpell => SpellAsync(
            "default_transaction_isolation", "serializable", TimeSpan.FromSeconds(1 + 3 * Rest(random))),
        Deed.SuppressUpdates => RowsAsync(Deeds.SuppressUpdates, Salt(random)),
        Deed.ForgeClaims => RowsAsync(Deeds.ForgeClaims, Salt(random)),
        _ => throw new ArgumentOutOfRangeException(nameof(deed)),
    };

    private int Pick(double random) => (int)(random * workers.Count);

    // A second number out of the first: which worker, and how long.
    private static double Rest(double random) => random * 997 % 1;

    private static string Salt(double random) => random.ToString("R");

    private static async Task<int?> WorkerAsync(Task<bool> act) => await act ? 1 : null;

    private async Task<int?> RestartAsync(string mode, double random)
    {
        if (!await _server.WaitAsync(TimeSpan.Zero))
            return null;
        try
        {
            await database.Server.StopAsync(mode);
            await Task.Delay(TimeSpan.FromSeconds(Rest(random)));
            await database.Server.StartAgainAsync();
            return 1;
        }
        finally
        {
            _sql.ForgetConnections();
            _server.Release();
        }
    }

    private async Task<int?> RowsAsync(string sql, params object[] parameters) =>
        (int)await ScalarAsync<long>(sql, parameters);

    private async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await _rows.WaitAsync();
        try
        {
            return await _sql.ScalarAsync<T>(sql, parameters);
        }
        finally
        {
            _rows.Release();
        }
    }

    /// <summary>Takes locks and holds them for a while, as a migration, a backup or a slow transaction does.</summary>
    private async Task<int?> HoldAsync(string sql, TimeSpan held)
    {
        await using var connection = await _sql.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        var rows = await command.ExecuteScalarAsync();
        await Task.Delay(held);
        return rows is long count ? (int)count : 1;
    }

    /// <summary>
    /// Every few seconds takes some rows that a worker has in hand, and holds them to the end: their claims cannot be finished.
    /// </summary>
    private async Task HoldThroughoutAsync(CancellationToken end)
    {
        List<NpgsqlConnection> holders = [];
        while (!end.IsCancellationRequested)
        {
            try
            {
                // Not pooled: a pool would reset one that was cut off meanwhile.
                var connection = new NpgsqlConnection(_sql.ConnectionString + ";Pooling=false");
                holders.Add(connection);
                await connection.OpenAsync(end);
                await using var begin = new NpgsqlCommand("begin", connection);
                await begin.ExecuteNonQueryAsync(end);
                await using var hold = new NpgsqlCommand(Deeds.HeldToTheEnd, connection);
                tally.Add("rows held to the end", (int)(long)(await hold.ExecuteScalarAsync(end))!);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // The server is down, or the storm is over.
            }

            await Task.Delay(HoldEvery, end).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        foreach (var holder in holders)
            await holder.DisposeAsync();
    }

    /// <summary>Gives the database another default for a while: sessions that begin in it have it, all others are cut off.</summary>
    private async Task<int?> SpellAsync(string setting, string value, TimeSpan length)
    {
        await _server.WaitAsync();
        try
        {
            await SetAsync($"{setting} = {value}");
            await Task.Delay(length);
            return 1;
        }
        finally
        {
            await SetAsync($"{setting} = default");
            _server.Release();
        }

        async Task SetAsync(string assignment)
        {
            // In a session of its own, which the setting does not bind.
            await using var connection = new NpgsqlConnection(_sql.ConnectionString + ";Pooling=false;Options=-c default_transaction_read_only=off -c lock_timeout=10s");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"alter database {ChaosDatabase.Name} set {assignment}", connection);
            await command.ExecuteNonQueryAsync();
            command.CommandText = Deeds.CutConnections;
            await command.ExecuteScalarAsync();
            _sql.ForgetConnections();
        }
    }

    private async Task<int?> PauseEverythingAsync(TimeSpan held)
    {
        // What nobody resumes stands still to the end: the resume is insisted upon, the pause as well, which might come late.
        if (!await orders.InsistAsync("pause", new { platform = "*", reason = "the storm" }))
            return null;
        await Task.Delay(held);
        await orders.InsistAsync("resume", new { platform = "*" });
        return 1;
    }

    /// <summary>Some platforms, one order after the other.</summary>
    private async Task<int?> EachAsync(string platforms, double random, Func<string, double, Task<int?>> order)
    {
        var touched = 0;
        foreach (var platform in await _sql.ScalarAsync<string[]>(platforms, Salt(random)))
            touched += await order(platform, random = random * 7 % 1) ?? 0;
        return touched;
    }

    private async Task<int?> WakeByHttpAsync(double random)
    {
        var (address, settings) = workers[Pick(random)];
        // A burst: at most one run a second comes of it.
        for (var call = 0; call < 20; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/api/queue/wake"));
            request.Headers.Add("x-functions-key", settings.WakeKey);
            await SendAsync(request);
        }

        return 20;
    }

    private async Task<int?> ResetByHttpAsync(double random)
    {
        // The endpoint knows no threshold below a minute, so some items become older.
        await RowsAsync(Deeds.Age);
        var (address, settings) = workers[Pick(random)];
        var path = "/api/queue/reset-stuck?olderThanMinutes=1";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path));
        // Every other call carries its key in the address, where a log would show it.
        if (Rest(random) < 0.5)
            request.RequestUri = new Uri(address, $"{path}&code={settings.ResetKey}");
        else
            request.Headers.Add("x-functions-key", settings.ResetKey);
        return await SendAsync(request);
    }

    private async Task<int?> FireByHttpAsync(double random)
    {
        var (address, settings) = workers[Pick(random)];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/admin/functions/ProcessQueue"))
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-functions-key", settings.MasterKey);
        return await SendAsync(request);
    }

    private async Task<int?> SendAsync(HttpRequestMessage request)
    {
        await calls.SendAsync(request);
        return 1;
    }

    private async Task<int?> QueueAgainAsync(double random)
    {
        var ids = await ScalarAsync<Guid[]>(Deeds.QueueAgain, Salt(random));
        // Some are cancelled before they are taken: items that have their post, for a later retry.
        if (ids.Length > 0 && Rest(random) < 0.5)
            await orders.GiveAsync("cancel", new { ids }, random);
        return ids.Length;
    }

    private async Task<int?> RetryAsync(double random) => await orders.GiveAsync(
        "retry",
        Rest(random) switch
        {
            < 0.4 => new { filter = new { status = "failed" }, limit = 50 },
            < 0.8 => new { filter = new { status = "cancelled" }, limit = 20 },
            _ => new { ids = await AnyIdsAsync(random) },
        },
        random);

    private async Task<int?> CancelAsync(double random) => await orders.GiveAsync(
        "cancel",
        Rest(random) switch
        {
            < 0.4 => new { filter = new { status = "queued" }, limit = 5 },
            < 0.7 => new { filter = new { status = "processing" }, limit = 5 },
            < 0.8 => new { filter = new { status = "processing" }, limit = 5, dryRun = true },
            _ => new { ids = await AnyIdsAsync(random) },
        },
        random);

    private Task<int?> PruneAsync(double random) => orders.GiveAsync(
        "prune",
        new
        {
            filter = new
            {
                status = ((string[])["posted", "failed", "cancelled"])[(int)(Rest(random) * 3)],
                to = DateTime.UtcNow.AddDays(-1).AddMinutes(-1),
            },
            limit = 50,
        },
        random);

    private Task<Guid[]> AnyIdsAsync(double random) => _sql.ScalarAsync<Guid[]>(Deeds.AnyIds, Salt(random));

    /// <summary>"KillWorker" as "kill worker".</summary>
    private static string Name(Deed deed) =>
        string.Concat(deed.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}

using System.Globalization;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>What PostgreSQL has used since it started, on Linux and on this machine.</summary>
/// <param name="Processor">Processor time of all its processes, those that ended among them.</param>
/// <param name="WalBytes">What it has written to its log.</param>
internal sealed record ServerUse(TimeSpan Processor, long WalBytes)
{
    // USER_HZ, which Linux has long fixed for what it tells programs.
    private const double TicksASecond = 100;

    public static async Task<ServerUse> ReadAsync(TestDatabase administration)
    {
        var postmaster = await administration.ScalarAsync<string>("select split_part(pg_read_file('postmaster.pid'), chr(10), 1)");
        var wal = await administration.ScalarAsync<long>("select (pg_current_wal_lsn() - '0/0')::bigint");
        var ticks = 0L;
        foreach (var process in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            if (FieldsOf(process) is not { } fields)
                continue;
            // utime, stime; of the postmaster those of its children that ended, too (proc(5)).
            if (Path.GetFileName(process) == postmaster)
                ticks += fields[11..15].Sum(Number);
            else if (fields[1] == postmaster)
                ticks += fields[11..13].Sum(Number);
        }

        return new(TimeSpan.FromSeconds(ticks / TicksASecond), wal);
    }

    /// <returns>What stands behind the name, which may hold spaces; null where the process has ended.</returns>
    private static string[]? FieldsOf(string process)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(process, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

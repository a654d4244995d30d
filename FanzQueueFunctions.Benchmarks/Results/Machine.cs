using System.Globalization;
using System.Runtime.InteropServices;

namespace FanzQueueFunctions.Benchmarks.Results;

/// <summary>What the figures depend on: the machine, the versions, the settings of PostgreSQL.</summary>
internal static class Machine
{
    private static readonly string[] Settings =
    [
        "server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "work_mem",
        "max_wal_size", "wal_level", "jit", "autovacuum",
    ];

    public static async Task<Dictionary<string, string>> DescribeAsync(BenchServer server)
    {
        var facts = new Dictionary<string, string>
        {
            ["time"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["processor"] = Processor(),
            ["cores"] = $"{Environment.ProcessorCount}",
            ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MB",
            ["system"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}",
            // How busy others keep the machine: above the number of cores, only the ratios mean something.
            ["load average at start"] = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?",
            [".NET"] = Environment.Version.ToString(),
            ["app's log"] = "as in production, each line written to a file by itself",
        };
        await using var database = server.OpenAdministration();
        foreach (var row in await database.RowsAsync(
            "select name, current_setting(name) from pg_settings where name = any ($1) order by name", [Settings]))
            facts[$"PostgreSQL {row[0]}"] = $"{row[1]}";
        return facts;
    }

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        return System.IO.File.Exists(File) &&
            System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                is { } model
            ? model[(model.IndexOf(':', StringComparison.Ordinal) + 2)..]
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}

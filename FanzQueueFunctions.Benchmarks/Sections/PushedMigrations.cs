using System.Diagnostics;
using FanzQueueFunctions.Benchmarks.Results;
using FanzQueueFunctions.Benchmarks.Rows;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>
/// The migrations on production's schema with many rows, while others write: how long each file takes, which locks it
/// holds on the big tables at its end, and how long a writer waited at most. Once as they come, and once with the indexes
/// built beforehand as <c>check --before-migration</c> says. Not part of a whole run: <c>--only migrations</c>.
/// </summary>
internal static class PushedMigrations
{
    // What is held at the end of a file was held until then; the weaker locks let writers pass.
    private const string HeldLocks = """
        select coalesce(string_agg(held, ', ' order by held), '')
        from (
          -- The strongest on each table; AccessExclusiveLock happens to sort first.
          select replace(relation::regclass::text, 'multiplatform_post_', '') || ' ' || min(mode) as held
          from pg_locks
          where pid = pg_backend_pid() and mode in ('ShareLock', 'ShareRowExclusiveLock', 'AccessExclusiveLock')
            and relation in (
              'public.content_posts'::regclass, 'public.multiplatform_post_queue'::regclass,
              'public.multiplatform_post_history'::regclass)
          group by relation
        ) as locks
        """;

    private const string Undisturbed = "a second in which nothing is done";

    private static readonly TimeSpan Shown = TimeSpan.FromMilliseconds(50);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Bench bench)
    {
        var rows = bench.Size.MigratedRows;
        bench.Progress.Say($"migrations: filling production's schema with {rows:#,0} posts and items");
        var production = await bench.Server.PrepareEmptyAsync(database => Fill.ProductionAsync(database, rows));
        List<Figure> figures = [];
        foreach (var indexesFirst in (bool[])[false, true])
        {
            bench.Progress.Say($"migrations: {(indexesFirst ? "indexes first" : "as they come")}");
            await using var database = await bench.Server.ResetAsync(production);
            figures.AddRange(await PushAsync(
                database.ConnectionString,
                $"Migrations on {rows:#,0} posts and items, {(indexesFirst ? "indexes built before" : "as they come")}",
                indexesFirst));
        }

        await bench.Server.DropAsync(production);
        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> PushAsync(string connectionString, string section, bool indexesFirst)
    {
        await using var items = Writer.Start(connectionString, """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
            select id, creator_id, 'girlfanz' from content_posts limit 1
            """);
        await using var posts = Writer.Start(connectionString, """
            insert into content_posts (creator_id, cluster, title, content_type)
            select id, 'boyfanz', 'A new post', 'video' from creators limit 1
            """);
        List<(string Name, TimeSpan Begin, TimeSpan End)> steps = [];
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Command Timeout=0");
        await connection.OpenAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        steps.Add((Undisturbed, Writer.Now - TimeSpan.FromSeconds(1), Writer.Now));

        if (!indexesFirst)
            await ExecuteAsync("set post_queue.large_table_rows = 0");
        else
        {
            var begin = Writer.Now;
            foreach (var statement in await IndexesFirstAsync(connectionString))
                await ExecuteAsync(statement);
            steps.Add(("the statements of check --before-migration", begin, Writer.Now));
        }

        foreach (var file in Migrations.Files)
        {
            var sql = await File.ReadAllTextAsync(file);
            var begin = Writer.Now;
            await ExecuteAsync("begin");
            await ExecuteAsync(sql);
            var locks = await ExecuteAsync(HeldLocks);
            await ExecuteAsync("commit");
            var name = Path.GetFileNameWithoutExtension(file);
            steps.Add((locks is "" ? name : $"{name} ({locks})", begin, Writer.Now));
        }

        await items.EndAsync();
        await posts.EndAsync();
        return
        [
            .. steps.Select(step => (step.Name, Took: step.End - step.Begin, Wait: Longest(step.Begin, step.End)))
                .Where(step => step.Wait > Shown || step.Name.Contains(' ', StringComparison.Ordinal))
                .SelectMany(step => (Figure[])[Of($"{step.Name} takes", step.Took), Of("  longest wait of a writer", step.Wait)]),
            Of("all files take", steps[^1].End - steps.Find(step => step.Name.StartsWith("2025", StringComparison.Ordinal)).Begin),
        ];

        TimeSpan Longest(TimeSpan begin, TimeSpan end) =>
            new[] { items.LongestWait(begin, end), posts.LongestWait(begin, end) }.Max();

        Figure Of(string name, TimeSpan time) =>
            new() { Section = section, Name = name, Value = time.TotalMilliseconds, Unit = "ms" };

        async Task<string?> ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync() as string;
        }
    }

    /// <summary>The statements that the command prints, one by one, as psql sends them.</summary>
    private static async Task<IEnumerable<string>> IndexesFirstAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return (await IndexesBeforehand.ScriptAsync(connection, CancellationToken.None)).Split(";\n");
    }

    /// <summary>Writes one row after another, each in a transaction of its own, and keeps how long each took.</summary>
    private sealed class Writer : IAsyncDisposable
    {
        private static readonly Stopwatch Clock = Stopwatch.StartNew();

        private readonly CancellationTokenSource _end = new();
        private readonly List<(TimeSpan Begin, TimeSpan End)> _writes = [];
        private Task _writing = Task.CompletedTask;

        public static TimeSpan Now => Clock.Elapsed;

        public static Writer Start(string connectionString, string sql)
        {
            var writer = new Writer();
            writer._writing = Task.Run(() => writer.WriteAsync(connectionString, sql));
            return writer;
        }

        /// <summary>The longest that one write was under way between the two times. To be asked after the end.</summary>
        public TimeSpan LongestWait(TimeSpan begin, TimeSpan end) =>
            _writes.Where(write => write.Begin < end && write.End > begin)
                .Select(write => Min(write.End, end) - Max(write.Begin, begin)).DefaultIfEmpty().Max();

        private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

        private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

        public async Task EndAsync()
        {
            await _end.CancelAsync();
            await _writing;
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            _end.Dispose();
        }

        private async Task WriteAsync(string connectionString, string sql)
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Command Timeout=0");
            await connection.OpenAsync();
            while (!_end.IsCancellationRequested)
            {
                var begin = Now;
                await using (var command = new NpgsqlCommand(sql, connection))
                    await command.ExecuteNonQueryAsync();
                _writes.Add((begin, Now));
                await Task.Delay(5);
            }
        }
    }
}

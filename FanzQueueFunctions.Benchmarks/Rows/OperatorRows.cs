using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Rows;

/// <summary>
/// A queue that has been at work for 90 days, as <c>operator.sql</c> makes it. Ten million items take minutes to make, so a
/// database that <c>OPERATOR_DATABASE</c> names is migrated, filled where it has no items, and kept.
/// </summary>
internal sealed class OperatorRows : IAsyncDisposable
{
    private readonly Func<Task> _drop;

    private OperatorRows(TestDatabase database, string description, Func<Task> drop) =>
        (Database, Description, _drop) = (database, description, drop);

    public TestDatabase Database { get; }

    /// <summary>How many items there are, and what PostgreSQL keeps of them in memory.</summary>
    public string Description { get; }

    public static async Task<OperatorRows> OpenAsync(Bench bench)
    {
        if (Environment.GetEnvironmentVariable("OPERATOR_DATABASE") is { Length: > 0 } named)
        {
            var connectionString = $"{named};Command Timeout=0";
            await Migrations.ApplyAsync($"{connectionString};Pooling=false");
            await using (var empty = new TestDatabase(connectionString))
            {
                if (!await empty.ScalarAsync<bool>("select exists (select from multiplatform_post_queue)"))
                {
                    await FillAsync(empty);
                    await empty.ExecuteAsync("vacuum (freeze, analyze)");
                }
            }

            return await OfAsync(connectionString, () => Task.CompletedTask);
        }

        var prepared = await bench.Server.PrepareAsync(FillAsync);
        return await OfAsync(
            $"{bench.Server.Open(prepared).ConnectionString};Command Timeout=0", () => bench.Server.DropAsync(prepared));

        async Task FillAsync(TestDatabase database)
        {
            bench.Progress.Say($"operator: filling a queue of {bench.Size.OperatorItems:N0}");
            var sql = await File.ReadAllTextAsync(
                Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Benchmarks", "Rows", "operator.sql"));
            await database.ExecuteAsync(sql.Replace("{items}", $"{bench.Size.OperatorItems}", StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _drop();
    }

    private static async Task<OperatorRows> OfAsync(string connectionString, Func<Task> drop)
    {
        var database = new TestDatabase(connectionString);
        var description = await database.ScalarAsync<string>(
            """
            select format(
              '%s items, shared_buffers %s', to_char(count(*), 'FM999,999,999'), current_setting('shared_buffers'))
            from multiplatform_post_queue
            """);
        return new(database, description, drop);
    }
}

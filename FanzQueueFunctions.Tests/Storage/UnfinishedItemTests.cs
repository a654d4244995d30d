using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Processing;
using FanzQueueFunctions.Tests.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>
/// With default settings, 10 items a batch and one batch a firing, an item that cannot be settled costs nobody else more
/// than a firing.
/// </summary>
public sealed class UnfinishedItemTests(PostgresFixture postgres) : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task An_item_whose_update_a_trigger_suppresses(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var bad = await AddBadAndOthersAsync(database);
        await database.ExecuteAsync(
            $"""
            create function keep() returns trigger language plpgsql as 'begin return null; end';
            create trigger keep before update on multiplatform_post_queue for each row
              when (old.id = '{bad}' and old.status = 'processing') execute function keep()
            """);
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var processor = Processor(test.Store);

        Assert.Equal([9L, 19L, 29L, 30L], await PostedAfterFiringsAsync(database, processor, 4));
        Assert.Equal("processing", (string?)(await database.ItemAsync(bad))["status"]);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task An_item_whose_row_another_session_locks_for_hours(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var bad = await AddBadAndOthersAsync(database);
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        await using var other = await OpenTransaction.BeginAsync(database);
        var store = new Interrupted(
            test.Store, () => other.ExecuteAsync("select from multiplatform_post_queue where id = $1 for update", bad));
        var processor = Processor(store);

        Assert.Equal([9L, 19L, 29L, 30L], await PostedAfterFiringsAsync(database, processor, 4));
        await other.DisposeAsync();
        await processor.ProcessDueItemsAsync();
        Assert.Equal("posted", (string?)(await database.ItemAsync(bad))["status"]);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task An_item_whose_insertion_takes_longer_than_the_time_limit(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var bad = await AddBadAndOthersAsync(database);
        await database.ExecuteAsync(
            $"""
            create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';
            create trigger dawdle before insert on content_posts for each row
              when (new.queue_item_id = '{bad}') execute function dawdle()
            """);
        // In place of the app's own limit of 30 seconds, for sessions that begin from here on.
        await database.ExecuteAsync(
            "do $$ begin execute format('alter database %I set statement_timeout = 3000', current_database()); end $$");
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var processor = Processor(test.Store);

        Assert.Equal([0L, 19L, 29L, 30L], await PostedAfterFiringsAsync(database, processor, 4));
        var item = await database.ItemAsync(bad);
        Assert.Equal(("queued", 1), ((string?)item["status"], (int)item["retry_count"]!));
        Assert.StartsWith("It could not be posted in time, even by itself. ", (string?)item["error_message"]);
    }

    // Directly alone: PostgREST's transactions are read committed whatever the database's default is.
    [Fact]
    public async Task An_item_that_meets_the_changes_of_others_where_transactions_are_serializable_costs_not_even_that()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var bad = await AddBadAndOthersAsync(database);
        // However often it is tried within the first transaction; a sequence is not rolled back.
        await database.ExecuteAsync(
            $"""
            create sequence first_transaction;
            create function meet() returns trigger language plpgsql as $$
              begin
                if (select not is_called from public.first_transaction) then
                  perform setval('public.first_transaction', pg_current_xact_id()::text::bigint);
                end if;
                if (select last_value from public.first_transaction) = pg_current_xact_id()::text::bigint then
                  raise 'another was quicker' using errcode = 'serialization_failure';
                end if;
                return new;
              end $$;
            create trigger meet before insert on content_posts for each row when (new.queue_item_id = '{bad}') execute function meet();
            do $$ begin
              execute format('alter database %I set default_transaction_isolation = serializable', current_database());
            end $$
            """);
        await using var test = StoreUnderTest.Direct(database);
        var processor = Processor(test.Store);

        Assert.Equal([10L, 20L, 30L, 31L], await PostedAfterFiringsAsync(database, processor, 4));
        Assert.Equal("0", (await database.ItemAsync(bad)).Text("retry_count"));
    }

    /// <summary>One item that is due first, and 30 of another creator.</summary>
    /// <returns>The one.</returns>
    private static async Task<Guid> AddBadAndOthersAsync(TestDatabase database)
    {
        var bad = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "queued_at = now() - interval '1 hour'");
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 30);
        return bad;
    }

    private async Task<List<long>> PostedAfterFiringsAsync(TestDatabase database, QueueProcessor processor, int firings)
    {
        List<long> posted = [];
        for (var firing = 1; firing <= firings; firing++)
        {
            await processor.ProcessDueItemsAsync();
            posted.Add(await database.CountAsync("multiplatform_post_queue where status = 'posted'"));
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        return posted;
    }

    private QueueProcessor Processor(IQueueStore store) => Processors.Over(store, _services, time: _time);

    /// <summary>A store between whose first claim and its settle something happens.</summary>
    private sealed class Interrupted(IQueueStore store, Func<Task> happen) : IQueueStore
    {
        private bool _happened;

        public string Description => store.Description;

        public async Task<Claim> ClaimAsync(
            Guid claimId, int batchSize, TimeSpan? lease, bool fair, CancellationToken cancellationToken)
        {
            var claim = await store.ClaimAsync(claimId, batchSize, lease, fair, cancellationToken);
            if (!_happened)
                await happen();
            _happened = true;
            return claim;
        }

        public Task<IReadOnlyList<SettledItem>> SettleAsync(
            Guid claimId, IReadOnlyList<ItemOutcome> outcomes, CancellationToken cancellationToken) =>
            store.SettleAsync(claimId, outcomes, cancellationToken);

        public Task<IReadOnlyList<StuckItem>> ResetStuckAsync(
            TimeSpan olderThan, bool dryRun, string actor, string? reason, CancellationToken cancellationToken) =>
            store.ResetStuckAsync(olderThan, dryRun, actor, reason, cancellationToken);

        public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
            store.ReportAsync(report, cancellationToken);

        public Task<QueueHealth> ReadHealthAsync(TimeSpan stuckAfter, CancellationToken cancellationToken) =>
            store.ReadHealthAsync(stuckAfter, cancellationToken);

        public Task<IReadOnlyList<Finding>> CheckAsync(int neededVersion, CancellationToken cancellationToken) =>
            store.CheckAsync(neededVersion, cancellationToken);
    }
}

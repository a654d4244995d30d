using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class RetentionTests(PostgresFixture postgres)
{
    private static readonly Dictionary<string, long> NoneLeft = [];

    [Fact]
    public async Task Without_a_setting_nothing_is_deleted()
    {
        await using var database = await CreateAsync();
        await using var under = StoreUnderTest.Direct(database);

        Assert.Equal(0, await PruneAsync(under.Operations, new()));
        Assert.Equal(0L, await database.CountAsync("post_queue.actions"));
    }

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task Each_setting_deletes_its_own_rows_that_are_older_and_never_what_is_open(Transport transport)
    {
        await using var database = await CreateAsync();
        await using var under = await StoreUnderTest.CreateAsync(database, transport);

        var deleted = await PruneAsync(
            under.Operations, new() { PostedDays = 5, FailedDays = 7, CancelledDays = 10, HistoryDays = 2 });

        Assert.Equal(3, deleted);
        // Of each status there was one of 8 days and one of today; the cancelled ones and the open ones stay.
        Assert.Equal(
            ["cancelled 2", "failed 1", "posted 1", "processing 2", "queued 2"],
            (await database.RowsAsync(
                "select status || ' ' || count(*) from multiplatform_post_queue group by status order by 1")).Select(row => row[0]));
        Assert.Equal(3L, await database.CountAsync("post_queue.actions where actor = 'the Prune timer'"));
    }

    [Fact]
    public async Task Where_its_time_is_over_before_all_is_deleted_it_says_so()
    {
        var time = new FakeTimeProvider();
        var logger = new FakeLogger<Retention>();
        var store = Substitute.For<IOperationStore>();
        store.PruneHistoryAsync(default, default!, default!, default).ReturnsForAnyArgs(_ =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return 1000;
        });

        Assert.Equal(4000, await PruneAsync(store, new() { HistoryDays = 2 }, time, logger));
        Assert.StartsWith("Pruning did not keep up", logger.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task A_change_that_the_record_no_longer_keeps_cannot_be_undone(Transport transport)
    {
        await using var database = await CreateAsync();
        await using var under = await StoreUnderTest.CreateAsync(database, transport);
        foreach (var status in (ItemStatus[])[ItemStatus.Queued, ItemStatus.Failed])
        {
            await under.Operations.ChangeAsync(
                new() { Verb = ItemVerb.Cancel, Actor = "ann", IdempotencyKey = $"{status}", Filter = new() { Status = status }, Limit = 10 },
                1,
                TestContext.Current.CancellationToken);
        }

        await database.ExecuteAsync("update post_queue.actions set updated_at = now() - interval '8 days' where idempotency_key = 'Queued'");

        // The change and its two items.
        Assert.Equal(3, await PruneAsync(under.Operations, new() { ChangesDays = 7 }));

        Assert.Equal(
            [["ann", "cancel"], ["the Prune timer", "prune"]],
            await database.RowsAsync("select actor, verb from post_queue.actions order by 1"));
        Assert.Equal(2L, await database.CountAsync("post_queue.changed_items"));
        await Assert.ThrowsAsync<QueueStoreException>(() => under.Operations.ChangeAsync(
            new() { Verb = ItemVerb.Undo, Actor = "ann", IdempotencyKey = "back", Of = "Queued" }, 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_runs_in_one_hour_work_on_one_order_and_delete_each_row_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 5000);
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'posted', completed_at = now() - interval '9 days'");
        await using var first = StoreUnderTest.Direct(database);
        await using var second = StoreUnderTest.Direct(database);

        await Task.WhenAll(
            PruneAsync(first.Operations, new() { PostedDays = 1 }), PruneAsync(second.Operations, new() { PostedDays = 1 }));

        Assert.Equal(0L, await database.CountAsync("multiplatform_post_queue"));
        Assert.Equal(5000L, await database.ScalarAsync<long>("select sum(done)::bigint from post_queue.actions"));
    }

    [Fact]
    public async Task Kinds_of_rows_take_turns_so_that_a_backlog_of_one_does_not_keep_another()
    {
        var store = Substitute.For<IOperationStore>();
        List<string> portions = [];
        store.ChangeAsync(default!, default, default).ReturnsForAnyArgs(call =>
        {
            var (order, portion) = (call.Arg<ChangeOrder>(), call.Arg<int>());
            if (!order.DryRun)
                portions.Add($"{order.Filter!.Status} {portion}");
            return new Change { Left = NoneLeft, Meant = 1, Done = 1000 * portion, Portions = portion, Finished = portion == 3 };
        });
        store.PruneHistoryAsync(default, default!, default!, default).ReturnsForAnyArgs(_ =>
        {
            portions.Add("history");
            return portions.Count(portion => portion == "history") == 2 ? 10 : 1000;
        });

        var deleted = await PruneAsync(store, new() { PostedDays = 1, FailedDays = 1, HistoryDays = 1 });

        Assert.Equal(
            ["Posted 1", "Failed 1", "history", "Posted 2", "Failed 2", "history", "Posted 3", "Failed 3"], portions);
        Assert.Equal(7010, deleted);
    }

    [Fact]
    public async Task An_order_that_reached_its_limit_is_followed_by_another()
    {
        var store = Substitute.For<IOperationStore>();
        List<string> keys = [];
        store.ChangeAsync(default!, default, default).ReturnsForAnyArgs(call =>
        {
            var order = call.Arg<ChangeOrder>();
            if (!order.DryRun)
                keys.Add(order.IdempotencyKey);
            return new Change
            {
                Left = NoneLeft,
                Meant = keys.Count == 1 ? ChangeOrder.MostItems : 1,
                Done = 1,
                Portions = 1,
                Finished = true,
            };
        });

        await PruneAsync(store, new() { PostedDays = 1 });

        Assert.Equal(2, keys.Distinct().Count());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("36501")]
    [InlineData("never")]
    public void A_number_of_days_out_of_range_is_refused_by_name(string value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Queue:KeepPostedDays", value)]).Build();

        var error = Assert.Throws<SettingException>(() => RetentionOptions.Read(configuration));

        Assert.Equal($"Setting Queue__KeepPostedDays is \"{value}\"; it must be a whole number from 1 to 36500.", error.Message);
    }

    private static async Task<long> PruneAsync(
        IOperationStore store, RetentionOptions options, TimeProvider? time = null, ILogger<Retention>? logger = null)
    {
        await using var services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton<QueueMetrics>()
            .BuildServiceProvider();
        return await new Retention(
            store, options, services.GetRequiredService<QueueMetrics>(), Substitute.For<IHostApplicationLifetime>(),
            time ?? TimeProvider.System, logger ?? NullLogger<Retention>.Instance).PruneAsync();
    }

    /// <summary>Of each status one item of eight days ago and one of today; of the history as well.</summary>
    private async Task<TestDatabase> CreateAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        foreach (var days in (int[])[8, 0])
        {
            foreach (var status in (string[])["queued", "processing", "posted", "failed", "cancelled"])
            {
                var at = $"now() - interval '{days} days'";
                await database.AddItemAsync(
                    post,
                    with: $"status = '{status}', queued_at = {at}, completed_at = {at}, failed_at = {at}, updated_at = {at}");
            }

            await database.ExecuteAsync(
                $"insert into multiplatform_post_history (target_platform, posted_at) values ('girlfanz', now() - interval '{days} days')");
        }

        return database;
    }
}

using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Operations;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>The operator's store over both transports: what the SQL functions answer is what the app reads.</summary>
public sealed class OperationStoreTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task Every_read_gives_what_is_there(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var failed = (await database.AddFailuresAsync(post, 3, "Took 5 s"))[^1];
        await database.ExecuteAsync("insert into multiplatform_post_history (target_platform, time_to_post_seconds) values ('girlfanz', 7)");
        await using var under = await StoreUnderTest.CreateAsync(database, transport);
        var store = under.Operations;

        var overview = await store.ReadOverviewAsync(TimeSpan.FromMinutes(5), default);
        var series = await store.ReadSeriesAsync(SeriesRange.Named("1h")!, "girlfanz", default);
        var filter = new ItemFilter
        {
            Status = ItemStatus.Failed,
            Platform = "girlfanz",
            Cause = "Took <n> s",
            Title = "original",
            OriginalPostId = post,
            From = DateTimeOffset.UtcNow.AddDays(-1),
            To = DateTimeOffset.UtcNow.AddDays(1),
        };
        var page = await store.ReadItemsAsync(new(filter, PageSize: 2), default);
        var rest = await store.ReadItemsAsync(new(filter, PageSize: 2, After: page.Next), default);
        var story = await store.ReadItemAsync(failed, default);
        var causes = await store.ReadFailuresAsync(DateTimeOffset.UtcNow.AddDays(-1), default);

        Assert.Equal(new BoundedCount(3, CountPrecision.Exact), overview.Counts.Failed);
        Assert.Equal(1, Assert.Single(series.Buckets).Posted);
        Assert.Equal(3, page.Items.Concat(rest.Items).Select(item => item.Id).Distinct().Count());
        Assert.Equal("An original", story?.Original?.Title);
        Assert.Equal(("Took <n> s", 3), (Assert.Single(causes.Causes).Cause, causes.Causes[0].Count));
        Assert.Null(await store.ReadItemAsync(Guid.NewGuid(), default));
    }

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task A_status_that_somebody_added_is_read_as_what_it_is(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter type platform_post_status add value 'on_hold'");
        database.ForgetConnections();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "status = 'on_hold'");
        await using var under = await StoreUnderTest.CreateAsync(database, transport);

        var page = await under.Operations.ReadItemsAsync(new(new ItemFilter { Platform = "girlfanz" }, PageSize: 2), default);
        var story = await under.Operations.ReadItemAsync(item, default);

        Assert.Equal("on_hold", Assert.Single(page.Items).Status);
        Assert.Equal("on_hold", story!.Item.Status);
    }

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task A_pause_a_limit_and_a_resume_are_done_and_recorded(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var under = await StoreUnderTest.CreateAsync(database, transport);
        var order = new ControlOrder
        {
            Verb = ControlVerb.Pause,
            Platform = "girlfanz",
            Actor = "ann",
            IdempotencyKey = "a",
            Reason = "It is down.",
        };
        var limit = order with { Verb = ControlVerb.Limit, PerMinute = 60, IdempotencyKey = "b", Reason = null };

        var paused = await under.Operations.ControlAsync(order, default);
        var limited = await under.Operations.ControlAsync(limit, default);
        var overview = await under.Operations.ReadOverviewAsync(TimeSpan.FromMinutes(5), default);
        var unlimited = await under.Operations.ControlAsync(limit with { PerMinute = null, IdempotencyKey = "c" }, default);
        var resumed = await under.Operations.ControlAsync(order with { Verb = ControlVerb.Resume, IdempotencyKey = "d" }, default);
        var conflict = await under.Operations.ControlAsync(order with { Platform = "boyfanz" }, default);
        var record = (await under.Operations.ReadChangesAsync(new(), default)).Actions;

        Assert.True(paused.Changed && limited.Changed && unlimited.Changed && resumed.Changed);
        Assert.Equal(("girlfanz", "ann", "It is down."), (paused.Paused[0].Platform, paused.Paused[0].PausedBy, paused.Paused[0].Reason));
        Assert.Equal(("girlfanz", 60), (limited.Limited[0].Platform, limited.Limited[0].PerMinute));
        Assert.Equal(("girlfanz", true, true, 60), (
            overview.Platforms[0].Platform, overview.Platforms[0].IsKnown, overview.Platforms[0].IsPaused, overview.Platforms[0].PerMinute));
        Assert.Equal((1, 1), (overview.Paused.Count, overview.Limited.Count));
        Assert.Empty(resumed.Limited);
        Assert.Empty(resumed.Paused);
        Assert.True(conflict.Conflict);
        Assert.Equal(
            [RecordedVerb.Resume, RecordedVerb.Limit, RecordedVerb.Limit, RecordedVerb.Pause], record.Select(change => change.Verb!.Value));
        Assert.Equal([null, null, 60, null], record.Select(change => change.Filter!.PerMinute));
        Assert.All(record, change => Assert.Equal(("girlfanz", "ann", 1L, true, null), (
            change.Filter!.Platform, change.Actor, change.Done, change.Finished, change.Limit)));
    }

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task A_change_is_done_portion_by_portion_and_recorded(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddFailuresAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 1200);
        await using var under = await StoreUnderTest.CreateAsync(database, transport);
        var order = new ChangeOrder
        {
            Verb = ItemVerb.Retry,
            Actor = "ann",
            IdempotencyKey = "a key",
            Filter = new() { Status = ItemStatus.Failed },
            Reason = "mended",
        };

        var first = await under.Operations.ChangeAsync(order, 1, default);
        var second = await under.Operations.ChangeAsync(order, 2, default);
        var recorded = Assert.Single((await under.Operations.ReadChangesAsync(new(Verb: RecordedVerb.Retry), default)).Actions);

        Assert.Equal((1000, false), (first.Done, first.Finished));
        Assert.Equal((1200, true), (second.Done, second.Finished));
        Assert.Equal(
            (RecordedVerb.Retry, "ann", "mended", ItemStatus.Failed),
            (recorded.Verb, recorded.Actor, recorded.Reason, recorded.Filter?.Status));
    }

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task The_figures_are_rolled_up(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "insert into multiplatform_post_history (target_platform, posted_at) values ('girlfanz', now() - interval '1 hour')");
        await using var under = await StoreUnderTest.CreateAsync(database, transport);

        await under.Operations.RollUpAsync(default);

        Assert.Equal(1L, await database.CountAsync("post_queue.figures where platform = 'girlfanz' and width_seconds = 60"));
    }

    [Fact]
    public async Task A_database_without_the_functions_says_to_migrate()
    {
        await using var database = await postgres.CreateEmptyDatabaseAsync();
        await using var under = StoreUnderTest.Direct(database);

        var error = await Assert.ThrowsAsync<QueueStoreException>(() => under.Operations.ReadFailuresAsync(null, default));

        Assert.Equal(QueueStoreError.NotMigrated, error.Error);
    }
}

using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Processing;
using FanzQueueFunctions.Tests.Sql;
using Microsoft.Extensions.DependencyInjection;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>
/// A database of the release before gets today's migrations, while that release's workers run. Until there is a second
/// release, one is made up: one with a step on a table, a function less and a function that gives something else.
/// </summary>
public sealed class UpgradeTests : IDisposable
{
    private const int Items = 1500;

    private readonly PostgresFixture _postgres;
    private readonly MadeUpRepository _repository = new();
    private readonly Release _madeUp;
    private readonly Release _before;

    public UpgradeTests(PostgresFixture postgres)
    {
        _postgres = postgres;
        _repository.Add(
            "schemas/check/to_go.sql",
            """
            create or replace function post_queue.to_go() returns integer language sql as 'select 1';

            revoke execute on function post_queue.to_go() from public, anon, authenticated;
            """);
        _repository.Add("schemas/check/to_change.sql", ToChange("old_name integer", "integer"));
        _repository.WriteMigration("made_up_first");
        _madeUp = _repository.Record(99);
        _repository.Delete("schemas/check/to_go.sql");
        _repository.Add("schemas/check/to_change.sql", ToChange("new_name integer", "bigint"));
        _repository.Add(
            "schemas/tables/99_made_up.sql", "alter table post_queue.tries add column if not exists made_up text;");
        _repository.WriteMigration("made_up_second");
        _before = Release.Before is { Later.Count: > 0 } before ? before : _madeUp;
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Pushed_twice_a_made_up_release_brings_its_step_and_takes_its_function_away()
    {
        await using var database = await CreateAsync(_madeUp);
        var goesAt = await database.CountAsync("pg_proc where proname = 'to_go'");

        await PushAsync(database, _madeUp);
        await PushAsync(database, _madeUp);

        Assert.Equal(1L, goesAt);
        Assert.Equal(1L, await database.CountAsync("pg_attribute where attname = 'made_up'"));
        Assert.Equal(0L, await database.CountAsync("pg_proc where proname = 'to_go'"));
    }

    [Fact]
    public async Task Pushed_twice_a_made_up_release_changes_what_a_function_takes_and_gives()
    {
        await using var database = await CreateAsync(_madeUp);

        await PushAsync(database, _madeUp);
        await PushAsync(database, _madeUp);

        Assert.Equal(
            "bigint", await database.ScalarAsync<string>("select pg_typeof(post_queue.to_change(new_name => 1))::text"));
        Assert.Equal(1L, await database.CountAsync("pg_proc where proname = 'to_change'"));
    }

    [Fact]
    public async Task Rows_in_every_state_stay_as_they_are()
    {
        await using var database = await CreateAsync(_before);
        var postId = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(postId, 3);
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId);
        await database.SettleAsync(
            claimId,
            Post(items[0]!.Id()), Refuse(items[1]!.Id(), "It may not be posted."), Fail(items[2]!.Id(), "Not now."));
        await database.AddItemAsync(postId, with: "status = 'cancelled'");
        await database.AddItemAsync(postId);
        await database.ClaimAsync(Guid.CreateVersion7());
        await database.AddItemAsync(postId);
        var before = await RowsAsync(database);

        await PushAsync(database, _before);

        Assert.Equal(before, await RowsAsync(database));
        Assert.Equal(
            ["cancelled 1", "failed 1", "posted 1", "processing 1", "queued 2"],
            (await database.RowsAsync(
                "select status || ' ' || count(*) from multiplatform_post_queue group by status order by status::text"))
                .Select(row => row[0]));
    }

    [Fact]
    public async Task Items_in_hand_are_settled_by_the_worker_that_claimed_them()
    {
        await using var database = await CreateAsync(_before);
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 10);
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId);

        await PushAsync(database, _before);

        Assert.Equal(
            items.Select(item => item!.Id()),
            (await database.ClaimAsync(claimId)).Select(item => item!.Id()));
        var results = await database.SettleAsync(claimId, [.. items.Select(item => Post(item!.Id()))]);
        Assert.All(results, result => Assert.Equal("posted", result!.Outcome()));
        await AssertPostedOnceAsync(database, 10);
    }

    [Fact]
    public async Task What_was_settled_before_is_answered_the_same_after()
    {
        await using var database = await CreateAsync(_before);
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 3);
        var claimId = Guid.CreateVersion7();
        var items = await database.ClaimAsync(claimId);
        var before = await SettleAsync();

        await PushAsync(database, _before);

        Assert.Equal(before, await SettleAsync());
        await AssertPostedOnceAsync(database, 1);

        // In whatever order the answer has them and their members.
        async Task<IEnumerable<string>> SettleAsync() =>
            (await database.SettleAsync(
                claimId,
                Post(items[0]!.Id()), Refuse(items[1]!.Id(), "It may not be posted."), Fail(items[2]!.Id(), "Not now.")))
            .Select(result => string.Join(", ", result!.AsObject().Select(member => $"{member}").Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal);
    }

    // The made-up release's app is today's. The app that a real release had drains through today's migrations in the storm.
    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task Workers_of_a_release_drain_on_while_the_migrations_of_the_next_are_pushed(Transport transport)
    {
        await using var database = await CreateAsync(_madeUp);
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), Items);
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();

        var drains = Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            Processors.Over(test.Store, services, new() { MaxBatchesPerFiring = Items }).ProcessDueItemsAsync()));
        await Until.TrueAsync(async () => await PostedAsync(database) >= Items / 10, "a tenth is posted");
        await PushAsync(database, _madeUp);
        var postedAtThePush = await PostedAsync(database);

        Assert.Equal(Items, (await drains).Sum(ended => ended.Posted));
        Assert.InRange(postedAtThePush, Items / 10, Items - 1);
        await AssertPostedOnceAsync(database, Items);
    }

    private static string ToChange(string parameter, string result) =>
        $"""
        create or replace function post_queue.to_change({parameter})
        returns {result}
        language sql
        as 'select 1::{result}';

        revoke execute on function post_queue.to_change(integer) from public, anon, authenticated;
        """;

    private async Task<TestDatabase> CreateAsync(Release release)
    {
        var database = await _postgres.CreateEmptyDatabaseAsync();
        await Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false", release.Files);
        return database;
    }

    private static Task PushAsync(TestDatabase database, Release release) =>
        Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false", release.Later);

    private static Task<long> PostedAsync(TestDatabase database) =>
        database.CountAsync("multiplatform_post_queue where status = 'posted'");

    /// <summary>As many items as expected have one post and one row of history each, and no other does.</summary>
    private static async Task AssertPostedOnceAsync(TestDatabase database, long items)
    {
        Assert.Equal(items, await PostedAsync(database));
        Assert.Equal(items, await database.CountAsync("content_posts where is_crosspost"));
        Assert.Equal(items, await database.CountAsync("multiplatform_post_history"));
        Assert.Equal(items, await database.CountAsync(
            """
            multiplatform_post_queue q
            join content_posts p on p.queue_item_id = q.id and p.id = q.target_post_id
            join multiplatform_post_history h on h.target_post_id = p.id
            where q.status = 'posted'
            """));
    }

    /// <summary>All rows of the queue, of the posts and of the history, with the values that they have.</summary>
    private static async Task<IEnumerable<object?>> RowsAsync(TestDatabase database)
    {
        var rows = await database.RowsAsync(
            """
            select jsonb_strip_nulls(to_jsonb(q))::text from multiplatform_post_queue q
            union all select jsonb_strip_nulls(to_jsonb(p))::text from content_posts p
            union all select jsonb_strip_nulls(to_jsonb(h))::text from multiplatform_post_history h
            order by 1
            """);
        return rows.Select(row => row[0]);
    }
}

using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Sql;
using FanzQueueFunctions.Tests.Storage;
using Npgsql;

namespace FanzQueueFunctions.Tests.Operations;

/// <summary>A creator who is deleted, and then taken out of what the queue itself keeps.</summary>
public sealed class EraseCreatorTests(PostgresFixture postgres)
{
    private const string Name = "Ada Lovelace";

    [Theory]
    [InlineData(Transport.Direct)]
    [InlineData(Transport.Rest)]
    public async Task No_column_of_the_queues_own_tables_has_anything_of_them_afterwards(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (creator, theirs) = await CreateAsync(database);
        await using var under = await StoreUnderTest.CreateAsync(database, transport);
        foreach (var told in (string[])[$"{creator}", Name, .. theirs.Select(id => $"{id}")])
            Assert.True(await PlacesOfAsync(database, told) is { Count: > 0 }, $"{told} stood nowhere");

        await database.ExecuteAsync("delete from creators where id = $1", creator);
        var left = await EraseAsync(under.Operations, creator);

        Assert.Equal(new RowsLeft(0, 0, 0), left);
        foreach (var told in (string[])[$"{creator}", Name, .. theirs.Select(id => $"{id}")])
            Assert.Empty(await PlacesOfAsync(database, told));
    }

    [Fact]
    public async Task What_tells_of_others_stays_as_it_was()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var other = await database.AddCreatorAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(other), with: "status = 'failed', failed_at = now()");
        await database.ChangeAsync(
            "cancel", $$$"""{"filter": {"status": "failed", "creator_id": "{{{other}}}"}, "reason": "He asked.", "idempotency_key": "his"}""");
        await database.ChangeAsync("retry", $$"""{"ids": ["{{item}}"], "reason": "It works now.", "idempotency_key": "one"}""");
        await database.ScalarAsync<string>("select post_queue_pause('girlfanz', 'a test', 'It is down.')::text");
        await database.ExecuteAsync("insert into post_queue.turns (creator_id) values ($1)", other);
        await database.ExecuteAsync("insert into post_queue.claims (claim_id, item_ids) values (gen_random_uuid(), array[$1])", item);
        var before = await EverythingAsync(database);
        var (creator, _) = await CreateAsync(database, withControls: false);
        await database.ExecuteAsync("delete from creators where id = $1", creator);

        await using var under = StoreUnderTest.Direct(database);
        await EraseAsync(under.Operations, creator);

        var after = await EverythingAsync(database);
        Assert.Empty(before.Except(after));
    }

    [Fact]
    public async Task Once_more_it_finds_nothing_and_the_record_of_it_says_who_and_why_and_how_much()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (creator, _) = await CreateAsync(database);
        await database.ExecuteAsync("delete from creators where id = $1", creator);
        await using var under = StoreUnderTest.Direct(database);

        await EraseAsync(under.Operations, creator, key: "first");
        await EraseAsync(under.Operations, creator, key: "second");

        var records = (await database.ObjectAsync("select post_queue_action_list(verb => 'erase', all_verbs => true)::text"))["actions"]!.AsArray();
        Assert.Equal(["second", "first"], records.Select(record => record!.AsObject().Text("idempotency_key")));
        Assert.Equal("0", records[0]!.AsObject().Text("done"));
        Assert.True((long)records[1]!["done"]! > 5);
        Assert.All(records, record => Assert.Equal(
            ("a test", "Request 17", "true"),
            (record!.AsObject().Text("actor"), record.AsObject().Text("reason"), record.AsObject().Text("finished"))));
    }

    [Fact]
    public async Task A_dry_run_counts_the_same_and_changes_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (creator, _) = await CreateAsync(database);
        await database.ExecuteAsync("delete from creators where id = $1", creator);
        await using var under = StoreUnderTest.Direct(database);
        var before = await EverythingAsync(database);
        List<ErasedPortion> counted = [], done = [];

        await EraseAsync(under.Operations, creator, dryRun: true, portions: counted);
        Assert.Equal(before, await EverythingAsync(database));
        await EraseAsync(under.Operations, creator, portions: done);

        Assert.Equal(counted.Select(one => (one.Table, one.Changed)), done.Select(one => (one.Table, one.Changed)));
    }

    [Fact]
    public async Task A_record_of_more_than_one_portion_is_gone_through_to_its_end()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = Guid.NewGuid();
        await database.ExecuteAsync(
            """
            insert into post_queue.actions (idempotency_key, verb, actor, reason, filter, finished)
            select n::text, 'cancel', 'a test', 'Because.', jsonb_build_object('status', 'failed', 'creator_id', $1::text), true
            from generate_series(1, 2500) as n
            """,
            creator);
        List<ErasedPortion> portions = [];

        await using var under = StoreUnderTest.Direct(database);
        await EraseAsync(under.Operations, creator, portions: portions);

        Assert.Equal([1000, 1000, 500], portions.Where(one => one.Table == "actions").Select(one => one.Changed));
        Assert.Empty(await PlacesOfAsync(database, $"{creator}"));
    }

    [Fact]
    public async Task An_unfinished_change_of_theirs_is_finished_and_its_key_does_nothing_any_more()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var (creator, _) = await CreateAsync(database);
        var order = $$$"""{"filter": {"status": "failed", "creator_id": "{{{creator}}}"}, "idempotency_key": "theirs"}""";
        await database.ChangeAsync("cancel", order);
        await database.ExecuteAsync("update post_queue.actions set finished = false where idempotency_key = 'theirs'");
        var other = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "status = 'failed', failed_at = now()");
        await database.ExecuteAsync("delete from creators where id = $1", creator);

        await using var under = StoreUnderTest.Direct(database);
        await EraseAsync(under.Operations, creator);

        Assert.Equal("true", (await database.ChangeAsync("cancel", order, portion: 2)).Text("conflict"));
        Assert.Equal("failed", (await database.ItemAsync(other)).Text("status"));
        Assert.Equal(0L, await database.CountAsync("post_queue.actions where not finished"));
    }

    [Fact]
    public async Task Who_is_still_there_is_not_erased_nor_is_their_name_put_on_record()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();

        var present = await Assert.ThrowsAsync<PostgresException>(() => EraseAsync(database, creator, "Request 17"));
        var named = await Assert.ThrowsAsync<PostgresException>(() => EraseAsync(database, Guid.NewGuid(), $"{Name} asked"));

        Assert.StartsWith($"creator {creator} is still there", present.MessageText, StringComparison.Ordinal);
        Assert.StartsWith("the reason and the key are kept", named.MessageText, StringComparison.Ordinal);
    }

    private static Task<string> EraseAsync(TestDatabase database, Guid creator, string reason) =>
        database.ScalarAsync<string>(
            "select post_queue_erase_creator($1, 'a test', $2, 'a key', $3)::text", creator, reason, Name);

    private static async Task<RowsLeft> EraseAsync(
        IOperationStore operations, Guid creator, string key = "erased", bool dryRun = false, List<ErasedPortion>? portions = null)
    {
        var order = new CreatorErasure(creator, "a test", "Request 17", key, Name, dryRun);
        ErasedPortion portion;
        string? after = null;
        do
        {
            portion = await operations.EraseCreatorAsync(order, after, TestContext.Current.CancellationToken);
            portions?.Add(portion);
            after = portion.Next;
        }
        while (after is not null);
        return portion.Left!;
    }

    /// <summary>A creator of whom every table of the queue's own tells: by id, by name, by the ids of items and of a post.</summary>
    private static async Task<(Guid Creator, Guid[] Theirs)> CreateAsync(TestDatabase database, bool withControls = true)
    {
        var creator = await database.ScalarAsync<Guid>("insert into creators (creator_name) values ($1) returning id", Name);
        var post = await database.AddPostAsync(creator);
        var item = await database.AddItemAsync(post, with: "status = 'failed', failed_at = now()");
        await database.ChangeAsync(
            "cancel", $$$"""{"filter": {"status": "failed", "creator_id": "{{{creator}}}"}, "reason": "She asked for it."}""");
        await database.ChangeAsync("retry", $$"""{"ids": ["{{item}}"], "reason": "For ADA LOVELACE, again"}""");
        await database.ChangeAsync(
            "cancel", $$$"""{"filter": {"status": "queued", "original_post_id": "{{{post}}}"}, "idempotency_key": "{{{Name}}} {{{creator}}}"}""");
        await database.ChangeAsync("retry", $$$"""{"filter": {"status": "failed", "title": "by ada lovelace"}}""");
        await database.ChangeAsync("undo", $$"""{"of": "{{Name}} {{creator}}"}""");
        if (withControls)
        {
            await database.ScalarAsync<string>("select post_queue_pause('girlfanz', 'a test', $1)::text", $"{Name} posts too much");
            await database.ExecuteAsync(
                "insert into post_queue.turns (creator_id) values ($1)", creator);
        }

        await database.ExecuteAsync(
            "insert into post_queue.claims (claim_id, item_ids) values (gen_random_uuid(), array[$1, gen_random_uuid()])", item);
        await database.ExecuteAsync(
            "insert into post_queue.tries (item_id, target_platform, outcome, error) values ($1, 'girlfanz', 'failed', 'It failed.')", item);
        var other = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await database.ExecuteAsync(
            "insert into post_queue.tries (item_id, target_platform, outcome, error) values ($1, 'girlfanz', 'failed', $2)",
            other, $"{Name} is mentioned, and so is {creator}");
        await database.ExecuteAsync(
            "insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed) values (60, now(), $1, 2), (60, now(), '(erased)', 1)",
            $"{Name} is mentioned");
        await database.ExecuteAsync(
            """
            insert into post_queue.workers (id, name, started_at, reported_at, is_late, failed_runs, unsettled, error)
            values (gen_random_uuid(), 'here', now(), now(), false, 0, 0, $1)
            """,
            $"Item of {creator} was not settled");
        return (creator, [item, post]);
    }

    /// <summary>Where in post_queue a text stands, in capitals or not: the tables, with how many rows.</summary>
    private static async Task<List<string>> PlacesOfAsync(TestDatabase database, string told) =>
        [.. (await EverythingAsync(database)).Where(row => row.Contains(told, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Every row of every table of the queue's own, as text, its table in front.</summary>
    private static async Task<List<string>> EverythingAsync(TestDatabase database)
    {
        List<string> rows = [];
        foreach (var table in await database.RowsAsync(
            "select relname::text from pg_class where relnamespace = 'post_queue'::regnamespace and relkind in ('r', 'p') order by 1"))
            rows.AddRange((await database.RowsAsync($"select '{table[0]} ' || to_jsonb(t)::text from post_queue.{table[0]} t order by 1"))
                .Select(row => (string)row[0]!));
        return rows;
    }
}

using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>
/// Queue, history and content_posts as partitioned tables, where rows of several partitions stand at the same address:
/// made before the migrations, and after them.
/// </summary>
public sealed class PartitionedTableTests(PostgresFixture postgres)
{
    private const string Hash = "hash (id)";
    private const string Platform = "hash (target_platform)";
    private const string Posted = "range (posted_at)";
    private const string Queued = "range (queued_at)";
    private const string Created = "range (created_at)";

    private static readonly string[] Platforms = ["girlfanz", "pupfanz", "gayfanz", "bearfanz", "guyz"];

    public static TheoryData<bool, string?, string?, string?> Ways => new()
    {
        // Before the migrations?, queue, history, content_posts
        { true, Platform, Posted, Hash },
        { true, Queued, Hash, Created },
        { false, Hash, Posted, null },
        { false, Platform, Hash, Created },
        { false, Queued, null, Hash },
    };

    [Theory, MemberData(nameof(Ways))]
    public async Task A_claim_takes_its_own_rows_and_a_settle_ends_no_others(
        bool before, string? queue, string? history, string? posts)
    {
        await using var database = await CreateAsync(before, queue, history, posts);
        // Later ones first, so that they stand where the due ones of other partitions do.
        await AddItemsAsync(database, 30, "scheduled_for = now() + interval '1 day'");
        await AddItemsAsync(database, 30, "error_message = 'due'");
        var strangers = await RowsAsync();
        var claimId = Guid.CreateVersion7();

        var items = await database.ClaimAsync(claimId, 20);
        var results = await database.SettleAsync(
            claimId, [.. items.Select(item => Post(item!.Id(), item!.Text("target_platform")!))]);

        Assert.Equal(20, items.Count);
        Assert.All(results, result => Assert.Equal("posted", result!.Outcome()));
        Assert.Equal(20L, await database.CountAsync("multiplatform_post_queue where status = 'posted' and scheduled_for is null"));
        Assert.Equal(20L, await database.CountAsync("content_posts p join multiplatform_post_queue q on q.target_post_id = p.id and q.id = p.queue_item_id and q.target_platform = p.cluster::text"));
        Assert.Equal(20L, await database.CountAsync("multiplatform_post_history h join multiplatform_post_queue q using (target_post_id)"));
        var left = await RowsAsync();
        Assert.Equal(40, left.Intersect(strangers).Count());

        async Task<object?[]> RowsAsync() =>
            [.. (await database.RowsAsync("select to_jsonb(q)::text from multiplatform_post_queue q")).Select(row => row[0])];
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Pause_limit_and_turns_hold_and_no_strange_row_is_touched(
        bool before, string? queue, string? history, string? posts)
    {
        await using var database = await CreateAsync(before, queue, history, posts);
        await AddItemsAsync(database, 30, "scheduled_for = now() + interval '1 day'");
        for (var creator = 0; creator < 3; creator++)
            await AddItemsAsync(database, 20, "error_message = 'due'");
        await database.PauseAsync("girlfanz");
        await database.LimitAsync("pupfanz", 1);

        var first = await database.ClaimAsync(Guid.CreateVersion7(), 12);
        var second = await database.ClaimAsync(Guid.CreateVersion7(), 12, fair: true);
        var rest = await database.ClaimAsync(Guid.CreateVersion7(), 100, fair: true);

        // Of 60 due there are 12 of each platform.
        Assert.Equal((12, 12, 13), (first.Count, second.Count, rest.Count));
        Assert.Equal(
            [["girlfanz", "queued", 12L], ["pupfanz", "processing", 1L], ["pupfanz", "queued", 11L]],
            await database.RowsAsync(
                """
                select target_platform, status::text, count(*)
                from multiplatform_post_queue
                where scheduled_for is null and target_platform in ('girlfanz', 'pupfanz')
                group by 1, 2
                order by 1, 2
                """));
        Assert.Equal(30L, await database.CountAsync("multiplatform_post_queue where status = 'queued' and scheduled_for is not null"));
        Assert.True(second.GroupBy(item => item!.Text("creator_id")).All(items => items.Count() is 4));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Bad_rows_fail_alone_retries_wait_and_a_repeated_settle_answers_the_same(
        bool before, string? queue, string? history, string? posts)
    {
        await using var database = await CreateAsync(before, queue, history, posts);
        await AddItemsAsync(database, 30);
        var claimId = Guid.CreateVersion7();
        var items = (await database.ClaimAsync(claimId, 30)).Select(item => item!.Id()).ToArray();

        var results = await database.SettleAsync(claimId, Outcomes());
        var again = await database.SettleAsync(claimId, Outcomes());

        Assert.Equal(
            [24, 3, 3],
            ((string[])["posted", "failed", "retried"]).Select(outcome => results.Count(result => result!.Outcome() == outcome)));
        Assert.Equal(
            results.Select(result => (result!.ItemId(), result!.Outcome())).Order(),
            again.Select(result => (result!.ItemId(), result!.Outcome())).Order());
        Assert.Equal(24L, await database.CountAsync("content_posts where is_crosspost"));

        JsonObject[] Outcomes() =>
        [
            .. items.Select(
                (item, n) => n % 10 == 3 ? Post(item, "elsewhere") : n % 10 == 4 ? Fail(item, "Not now.") : Post(item)),
        ];
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Rescue_reset_and_health_know_their_rows(bool before, string? queue, string? history, string? posts)
    {
        await using var database = await CreateAsync(before, queue, history, posts);
        await AddItemsAsync(database, 16, "status = 'processing', processing_started_at = now()");
        await AddItemsAsync(database, 16, "status = 'processing', processing_started_at = now() - interval '10 minutes'");
        await AddItemsAsync(database, 16, "status = 'processing', processing_started_at = now() - interval '20 minutes'");

        var health = await database.HealthAsync();
        var answer = await database.ClaimAnswerAsync(Guid.CreateVersion7(), 5);
        var reset = await database.ResetStuckAsync(300);

        Assert.Equal(("48", "32"), (health["counts"]!.Text("processing"), health.Text("stuck")));
        Assert.Equal(("16", 5), (answer.Text("rescued"), answer["items"]!.AsArray().Count));
        Assert.Equal(16, reset.Count);
        Assert.Equal(
            [["processing", 21L], ["queued", 27L]],
            await database.RowsAsync("select status::text, count(*) from multiplatform_post_queue group by 1 order by 1"));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_cross_post_queues_nothing(bool before, string? queue, string? history, string? posts)
    {
        await using var database = await CreateAsync(before, queue, history, posts);
        await AddItemsAsync(database, 1);
        await database.ExecuteAsync(
            """
            create or replace function queue_again() returns trigger language plpgsql as
              $$
              begin
                insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
                values (new.id, new.creator_id, 'gayfanz');
                return null;
              end
              $$;
            create trigger queue_again after insert on content_posts for each row execute function queue_again()
            """);
        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue");

        var result = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal((null, "posted"), (result.Text("error"), result.Outcome()));
        Assert.Equal(1L, await database.CountAsync("multiplatform_post_queue"));
    }

    [Fact]
    public async Task A_unique_index_of_one_partition_keeps_its_column_from_being_copied()
    {
        await using var database = await CreateAsync(before: false, Hash, null, Created);
        await database.ExecuteAsync(
            """
            alter table content_posts add column slug text;
            create unique index on content_posts_new (slug)
            """);
        await AddItemsAsync(database, 1);
        await database.ExecuteAsync("update content_posts set slug = 'mine'");

        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue");
        await database.SettleAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal([[null]], await database.RowsAsync("select slug from content_posts where is_crosspost"));
    }

    [Fact]
    public async Task Two_posts_that_carry_one_item_mark_it_once()
    {
        // Without the unique queue_item_id nothing keeps somebody from writing it twice.
        await using var database = await CreateAsync(before: false, Hash, null, Created);
        await AddItemsAsync(database, 1);
        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue");
        var creator = await database.ScalarAsync<Guid>("select id from creators");
        await database.AddPostAsync(creator, $"queue_item_id = '{item}'");
        await database.AddPostAsync(creator, $"queue_item_id = '{item}'");
        await database.AddPostAsync(await database.AddCreatorAsync(), $"queue_item_id = '{item}'");

        var result = await database.SettleOneAsync(await database.ClaimAllAsync(), Post(item));

        Assert.Equal("posted", result.Outcome());
        Assert.Equal(0L, await database.CountAsync("content_posts where is_crosspost"));
    }

    private static async Task AddItemsAsync(TestDatabase database, int count, string? with = null)
    {
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        for (var n = 0; n < count; n++)
        {
            var item = await database.AddItemAsync(post, Platforms[n % Platforms.Length], with);
            if (n % 2 == 1)
                await database.ExecuteAsync("update multiplatform_post_queue set queued_at = now() - interval '2 minutes' where id = $1", item);
        }
    }

    private async Task<TestDatabase> CreateAsync(bool before, string? queue, string? history, string? posts)
    {
        var database = before ? await postgres.CreateEmptyDatabaseAsync() : await postgres.CreateDatabaseAsync();
        if (before)
        {
            await database.ExecuteAsync(ProductionSchema.Sql);
            await database.ExecuteAsync(
                "truncate creators cascade; drop trigger trigger_post_created_multiplatform on content_posts");
        }

        await PartitionAsync(database, "content_posts", posts);
        await PartitionAsync(database, "multiplatform_post_queue", queue);
        await PartitionAsync(database, "multiplatform_post_history", history);
        await Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false");
        return database;
    }

    // Its indexes and keys are those that the migrations make again; the primary key takes the partition key in.
    private static async Task PartitionAsync(TestDatabase database, string table, string? by)
    {
        if (by is null)
            return;
        var key = by[(by.IndexOf('(', StringComparison.Ordinal) + 1)..^1];
        await database.ExecuteAsync(
            $"""
            alter table {table} rename to plain;
            create table {table} (like plain including defaults, primary key ({(key == "id" ? "id" : $"id, {key}")}))
              partition by {by};
            drop table plain cascade;
            """);
        await database.ExecuteAsync(
            by.StartsWith("hash", StringComparison.Ordinal)
                ? string.Concat(Enumerable.Range(0, 4).Select(n =>
                    $"create table {table}_{n} partition of {table} for values with (modulus 4, remainder {n});"))
                : $"""
                create table {table}_old partition of {table} for values from (minvalue) to (now() - interval '90 seconds');
                create table {table}_new partition of {table} for values from (now() - interval '90 seconds') to (maxvalue)
                """);
    }
}

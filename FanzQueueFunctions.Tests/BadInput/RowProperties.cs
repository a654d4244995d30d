using CsCheck;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Processing;
using FanzQueueFunctions.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Tests.BadInput;

/// <summary>Rows of every odd kind: each ends posted or failed, alone, and what governs access is never changed.</summary>
public sealed class RowProperties(PostgresFixture postgres)
{
    private const int Seed = 5;

    private static readonly Gen<string?> Text = Gen.OneOf(
        Gen.Const((string?)null),
        Gen.OneOf<string?>(
            "", " ", "👩‍👩‍👧‍👦🎁", "עברית \u202e abc", "a\r\n[HEALTH] healthy", "\\u0000", "\u001b[2J", "'; drop table content_posts; --",
            "{\"price\": 0}", new string('x', 255), new string('é', 255)),
        Gen.String[Gen.Char.Where(c => c != '\0' && !char.IsSurrogate(c)), 0, 200].Select(text => (string?)text));

    private static readonly Gen<string> Timestamp = Gen.OneOf(
        "now()", "null", "'-infinity'", "'infinity'", "'4713-01-01 BC'", "'294276-12-31'", "now() - interval '1 hour'");

    private static readonly Gen<string> Array = Gen.OneOf(
        "null", "'{}'", "array[null, 'a', null]", "array['', ' ', '🎁']", "array_fill('x'::text, array[5000])", "'{{a,b},{c,d}}'");

    private static readonly Gen<string> Number = Gen.OneOf(
        "0", "-1", "3", "20", "21", "2000000000", "2147483647", "-2147483648");

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_row_of_any_kind_ends_alone_and_keeps_its_price(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        var post = await database.AddPostAsync(creator);
        // Every nullable column null.
        var bare = await database.ScalarAsync<Guid>(
            """
            insert into content_posts (
              creator_id, cluster, content_type, price, is_ppv, is_subscriber_only, status, moderation_status, view_count,
              like_count, comment_count, share_count, adult_content, created_at, updated_at
            )
            values ($1, 'boyfanz', 'audio', null, null, null, null, null, null, null, null, null, null, null, null)
            returning id
            """,
            creator);
        var random = new PCG(Seed);
        for (var n = 0; n < 200; n++)
        {
            await database.ExecuteAsync(
                $"""
                insert into multiplatform_post_queue (
                  original_post_id, creator_id, target_platform, modified_title, modified_caption, modified_hashtags,
                  queued_at, scheduled_for, retry_count, max_retries, rescue_count
                )
                values (
                  $1, $2, coalesce($3, 'girlfanz'), $4, $5, {Next(Array)}, coalesce({Next(Timestamp)}, now())::timestamptz,
                  nullif({Next(Timestamp)}, 'infinity')::timestamptz, {Next(Number)}, {Next(Number)}, {Next(Number)}
                )
                """,
                n % 3 == 0 ? bare : post,
                creator,
                n % 5 == 0 ? Next(Text) : null,
                Next(Text),
                Next(Text));
        }

        await database.ExecuteAsync(
            "update multiplatform_post_queue set scheduled_for = null, queued_at = '-infinity' where queued_at > now() or scheduled_for > now()");
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        await DrainAsync(test.Store);

        Assert.Equal(
            [[200L, true]],
            await database.RowsAsync(
                "select count(*), bool_and(status in ('posted', 'failed')) from multiplatform_post_queue"));
        Assert.Equal(
            0L,
            await database.ScalarAsync<long>(
                """
                select count(*)
                from multiplatform_post_queue q
                full join content_posts p on p.queue_item_id = q.id
                left join content_posts o on o.id = q.original_post_id
                where coalesce(p.is_crosspost, true)
                  and (
                    (q.status = 'posted') is distinct from (p.id is not null)
                    or p.id is not null
                      and (p.price, p.is_ppv, p.is_subscriber_only) is distinct from (o.price, o.is_ppv, o.is_subscriber_only)
                  )
                """));
        Assert.NotEqual(0L, await database.ScalarAsync<long>("select count(*) from multiplatform_post_queue where status = 'posted'"));

        T Next<T>(Gen<T> gen) => gen.Generate(random, null, out _);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task Captions_of_10_MB_are_posted_whole_and_never_travel(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        var post = await database.AddPostAsync(creator, with: "description = repeat('o', 10 * 1024 * 1024)");
        await database.AddItemAsync(post);
        for (var n = 0; n < 5; n++)
            await database.AddItemAsync(post, with: "modified_caption = repeat('m', 10 * 1024 * 1024)");
        await using var test = await StoreUnderTest.CreateAsync(database, transport);

        await DrainAsync(test.Store);

        Assert.Equal(
            [[1L, 5L]],
            await database.RowsAsync(
                """
                select count(*) filter (where description = repeat('o', 10 * 1024 * 1024)),
                       count(*) filter (where description = repeat('m', 10 * 1024 * 1024))
                from content_posts
                where is_crosspost
                """));
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_NUL_on_its_way_to_the_database_is_refused_and_not_repeated(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);

        var exception = await Assert.ThrowsAsync<QueueStoreException>(() => test.Store.SettleAsync(
            Guid.CreateVersion7(), [new() { ItemId = Guid.NewGuid(), Refusal = "a\0b" }], CancellationToken.None));

        Assert.Equal((QueueStoreError.Refused, "22P05"), (exception.Error, exception.Code));
    }

    private static async Task DrainAsync(IQueueStore store)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var processor = Processors.Over(store, services, new() { BatchSize = 50, MaxBatchesPerFiring = 100 });
        Assert.True((await processor.ProcessDueItemsAsync()).Completed);
    }
}

using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Rows;

/// <summary>
/// Realistic rows: captions of 400 characters, five tags, four platforms a post, whose items lie far apart. Every fifth item
/// has a caption, a title and hashtags of its own.
/// </summary>
internal static class Fill
{
    private const int PlatformsAPost = 4;

    // Of the item n.
    private const string Platform = "(array['girlfanz', 'pupfanz', 'gayfanz', 'bearfanz'])[1 + (n + n / posts.number) % 4]";
    private const string OfItsOwn = """
        case when n % 5 = 0 then 'Another title for this platform' end,
        case when n % 5 = 0 then left(repeat(md5(n::text), 13), 400) end,
        case when n % 5 = 0 then array['one', 'two', 'three', 'four', 'five'] end
        """;

    private static readonly string[] Tables = ["multiplatform_post_queue", "content_posts", "multiplatform_post_history"];

    /// <summary>100 creators and their posts, and a table that numbers them, so that whoever adds items finds scattered ones at once.</summary>
    public static async Task PostsAsync(TestDatabase database, int posts)
    {
        await database.ExecuteAsync(
            "insert into creators (creator_name) select 'Creator ' || n from generate_series(1, 100) as n");
        await database.ExecuteAsync(
            """
            insert into content_posts (
              creator_id, cluster, title, description, content_type, content_url, thumbnail_url, price, is_ppv,
              is_subscriber_only, status, moderation_status, duration, file_size, tags, adult_content, published_at
            )
            select
              creator.id, 'boyfanz', 'Post number ' || n || ' with a title of some length',
              left(repeat(md5(n::text), 13), 400), 'video', 'https://cdn.example.com/posts/' || md5(n::text) || '.mp4',
              'https://cdn.example.com/posts/' || md5(n::text) || '-thumb.jpg', 19.99, n % 2 = 0, true, 'published',
              'approved', 75, 5000000000, array['fitness', 'behind-the-scenes', 'exclusive', 'studio', 'new'], true, now()
            from generate_series(1, $1) as n
            join (select id, row_number() over (order by id) as place from creators) as creator
              on creator.place = 1 + n % 100
            """,
            posts);
        await NumberOriginalsAsync(database);
    }

    /// <summary>Numbers the posts that are there, or those of the condition, for what is queued of them afterwards.</summary>
    public static Task NumberOriginalsAsync(TestDatabase database, string condition = "true") => database.ExecuteAsync(
        $"""
        drop table if exists originals;
        create table originals as
        select row_number() over (order by id) - 1 as place, id, creator_id from content_posts where {condition};
        alter table originals add primary key (place)
        """);

    /// <summary>Due items, in the order in which they were queued.</summary>
    public static Task<int> DueAsync(TestDatabase database, int items) => ItemsAsync(database, items, "null");

    /// <summary>Due items behind all others, quickly, as scattered as the others.</summary>
    public static Task<int> RefillAsync(TestDatabase database, int items) => database.ExecuteAsync(
        $"""
        insert into multiplatform_post_queue (
          original_post_id, creator_id, target_platform, modified_title, modified_caption, modified_hashtags, add_platform_watermark
        )
        select original.id, original.creator_id, {Platform}, {OfItsOwn}, n % 2 = 0
        from (select count(*) as number, floor(random() * 1000000)::integer as first from originals) as posts
        cross join generate_series(posts.first, posts.first + $1 - 1) as n
        join originals as original on original.place = n * 7919::bigint % posts.number
        """,
        items);

    /// <summary>Items for a later time.</summary>
    public static Task<int> ScheduledAsync(TestDatabase database, int items) =>
        ItemsAsync(database, items, "now() + interval '1 day' + n * interval '1 millisecond'");

    /// <summary>Posts for <see cref="DueAsync"/> and the items themselves.</summary>
    public static async Task DueWithPostsAsync(TestDatabase database, int items)
    {
        await PostsAsync(database, Math.Max(1, items / PlatformsAPost));
        await DueAsync(database, items);
    }

    /// <summary>Items that are done, each with its post and its row of history, spread over the last year.</summary>
    public static async Task PostedAsync(TestDatabase database, int items)
    {
        // Without the indexes, which are made again at the end, and without checking keys that are right: quicker by far.
        var indexes = await database.RowsAsync(
            """
            select c.oid::regclass::text, pg_get_indexdef(c.oid)
            from pg_index i
            join pg_class c on c.oid = i.indexrelid
            where i.indrelid in ('content_posts'::regclass, 'multiplatform_post_queue'::regclass,
              'multiplatform_post_history'::regclass) and not i.indisprimary
            """);
        foreach (var index in indexes)
            await database.ExecuteAsync($"drop index {index[0]}");
        foreach (var table in Tables)
            await database.ExecuteAsync($"alter table {table} disable trigger all");

        await ItemsAsync(
            database, items, "now() - interval '1 year' + n * interval '6 seconds'", "posted",
            "now() - interval '1 year' + n * interval '6 seconds'");
        await database.ExecuteAsync("analyze multiplatform_post_queue");
        await database.ExecuteAsync(
            """
            insert into content_posts (
              id, creator_id, cluster, title, description, content_type, content_url, thumbnail_url, status, tags,
              published_at, is_crosspost, original_post_id, queue_item_id
            )
            select
              q.target_post_id, q.creator_id, q.target_platform::platform_cluster, o.title, o.description, o.content_type,
              o.content_url, o.thumbnail_url, 'published', o.tags, q.completed_at, true, o.id, q.id
            from multiplatform_post_queue q
            join content_posts o on o.id = q.original_post_id
            where q.status = 'posted'
            """);
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_history (
              original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at
            )
            select original_post_id, creator_id, target_platform, target_post_id, 3, completed_at
            from multiplatform_post_queue
            where status = 'posted'
            """);
        foreach (var table in Tables)
            await database.ExecuteAsync($"alter table {table} enable trigger all");
        foreach (var index in indexes)
            await database.ExecuteAsync($"{index[1]}");
    }

    /// <summary>
    /// Production's schema before any migration, with one item a post: 94 % posted, 5 % due and 1 % failed, the posted ones
    /// with their rows of history.
    /// </summary>
    public static async Task ProductionAsync(TestDatabase database, int posts)
    {
        await database.ExecuteAsync(ProductionSchema.Sql);
        foreach (var table in Tables)
            await database.ExecuteAsync($"alter table {table} disable trigger all");
        await PostsAsync(database, posts);
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (
              original_post_id, creator_id, target_platform, status, queued_at, completed_at, failed_at
            )
            select
              id, creator_id, 'girlfanz', status::platform_post_status, at, case status when 'posted' then at end,
              case status when 'failed' then at end
            from (
              select
                id, creator_id, now() - interval '1 year' + n * interval '30 seconds' as at,
                case when n % 100 = 0 then 'failed' when n % 20 = 1 then 'queued' else 'posted' end as status
              from (select id, creator_id, row_number() over () as n from content_posts) as post
            ) as item
            """);
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_history (original_post_id, creator_id, target_platform, posted_at)
            select original_post_id, creator_id, target_platform, completed_at
            from multiplatform_post_queue
            where status = 'posted'
            """);
        foreach (var table in Tables)
            await database.ExecuteAsync($"alter table {table} enable trigger all");
    }

    private static Task<int> ItemsAsync(
        TestDatabase database, int items, string scheduledFor, string status = "queued", string completedAt = "null") =>
        database.ExecuteAsync(
            $"""
            insert into multiplatform_post_queue (
              original_post_id, creator_id, target_platform, queued_at, scheduled_for, status, modified_title,
              modified_caption, modified_hashtags, add_platform_watermark, completed_at, processing_started_at,
              target_post_id, claim_id
            )
            select
              original.id, original.creator_id, {Platform}, now() - interval '1 minute' + n * interval '1 microsecond',
              {scheduledFor}, '{status}', {OfItsOwn}, n % 2 = 0, {completedAt}, {completedAt},
              case when '{status}' = 'posted' then gen_random_uuid() end,
              case when '{status}' = 'posted' then md5((n / 100)::text)::uuid end
            from generate_series(1, $1) as n
            cross join (select count(*) as number from originals) as posts
            join originals as original on original.place = n * 7919::bigint % posts.number
            order by n
            """,
            items);
}

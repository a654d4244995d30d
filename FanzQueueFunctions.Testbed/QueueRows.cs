using System.Text.Json.Nodes;

namespace FanzQueueFunctions.Testbed;

/// <summary>Short ways to write the rows that a test starts from, and to read what became of them.</summary>
public static class QueueRows
{
    public static Task<Guid> AddCreatorAsync(this TestDatabase database) =>
        database.ScalarAsync<Guid>("insert into creators (creator_name) values ('A creator') returning id");

    /// <summary>A paid, subscriber-only video on boyfanz, every column filled.</summary>
    /// <param name="with">Assignments that differ, as in <c>status = 'private'</c>.</param>
    public static async Task<Guid> AddPostAsync(this TestDatabase database, Guid creatorId, string? with = null)
    {
        var id = await database.ScalarAsync<Guid>(
            """
            insert into content_posts (
              creator_id, cluster, title, description, content_type, content_url, thumbnail_url, price, is_ppv,
              is_subscriber_only, status, moderation_status, view_count, like_count, comment_count, share_count,
              duration, file_size, tags, adult_content, scheduled_at, published_at
            )
            values (
              $1, 'boyfanz', 'An original', 'Its caption', 'video', 'https://cdn.example.com/a.mp4',
              'https://cdn.example.com/a.jpg', 19.99, true, true, 'published', 'approved', 11, 12, 13, 14,
              75, 5000000000, array['one', 'two'], false, now() - interval '2 days', now() - interval '1 day'
            )
            returning id
            """,
            creatorId);
        if (with is not null)
            await database.ExecuteAsync($"update content_posts set {with} where id = $1", id);
        return id;
    }

    /// <summary>A worker that has just told of itself, and is well.</summary>
    public static Task AddWorkerAsync(this TestDatabase database) => database.ExecuteAsync(
        """
        insert into post_queue.workers (id, name, started_at, reported_at, completed_at, is_late, failed_runs, unsettled)
        values (gen_random_uuid(), 'here', now(), now(), now(), false, 0, 0)
        """);

    /// <summary>A queued item that came due a minute ago.</summary>
    /// <param name="with">Assignments that differ, as in <c>max_retries = 0</c>.</param>
    public static async Task<Guid> AddItemAsync(
        this TestDatabase database, Guid postId, string platform = "girlfanz", string? with = null)
    {
        var id = await database.ScalarAsync<Guid>(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
            select id, creator_id, $2, now() - interval '1 minute' from content_posts where id = $1
            returning id
            """,
            postId,
            platform);
        if (with is not null)
            await database.ExecuteAsync($"update multiplatform_post_queue set {with} where id = $1", id);
        return id;
    }

    /// <summary>Many due items of one original, the platforms by turns.</summary>
    public static Task<int> AddItemsAsync(this TestDatabase database, Guid postId, int count) =>
        database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
            select p.id, p.creator_id, (array['girlfanz', 'pupfanz', 'gayfanz'])[1 + n % 3], now() - interval '1 minute'
            from content_posts p
            cross join generate_series(1, $2) as n
            where p.id = $1
            """,
            postId,
            count);

    /// <returns>The queue item's row, its columns by name.</returns>
    public static Task<JsonObject> ItemAsync(this TestDatabase database, Guid itemId) =>
        database.RowAsync("multiplatform_post_queue", itemId);

    /// <returns>The post's row, its columns by name.</returns>
    public static Task<JsonObject> PostAsync(this TestDatabase database, Guid postId) =>
        database.RowAsync("content_posts", postId);

    /// <param name="from">What follows FROM: a table, with or without a condition.</param>
    public static Task<long> CountAsync(this TestDatabase database, string from) =>
        database.ScalarAsync<long>($"select count(*) from {from}");

    /// <summary>Runs a statement with foreign keys and triggers off, to make rows that the schema forbids.</summary>
    public static Task<int> ExecuteWithoutForeignKeysAsync(this TestDatabase database, string sql) =>
        database.ExecuteAsync($"set session_replication_role = replica; {sql}; reset session_replication_role");

    private static async Task<JsonObject> RowAsync(this TestDatabase database, string table, Guid id) =>
        JsonNode.Parse(
            await database.ScalarAsync<string>($"select to_jsonb(t)::text from {table} t where id = $1", id))!.AsObject();
}

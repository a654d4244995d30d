using Npgsql;

namespace FanzQueueFunctions.Benchmarks.Movers;

/// <summary>
/// The physical limit: the same rows written to the same columns, tables and indexes by plain set-based SQL, prepared
/// once, with no program in between and nothing checked. Rows are found by their address, as the functions find them, so
/// that no plan reads the whole queue.
/// </summary>
internal sealed class PlainSql : IMover
{
    /// <summary>What takes items, in this design's order.</summary>
    private const string Due =
        """
        select q.ctid
        from public.multiplatform_post_queue q
        where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
        order by greatest(q.scheduled_for, q.queued_at), q.id
        limit $2
        for update skip locked
        """;

    /// <summary>The new post and its history, from the items in hand.</summary>
    private const string Write =
        """
        posted as (
          insert into public.content_posts (
            id, creator_id, cluster, title, description, content_type, content_url, thumbnail_url, price, is_ppv,
            is_subscriber_only, status, moderation_status, view_count, like_count, comment_count, share_count, duration,
            file_size, tags, adult_content, published_at, created_at, updated_at, is_crosspost, original_post_id,
            watermark_enabled, queue_item_id
          )
          select
            h.post_id, o.creator_id, h.target_platform::public.platform_cluster, coalesce(h.modified_title, o.title),
            coalesce(h.modified_caption, o.description), o.content_type, o.content_url, o.thumbnail_url, o.price, o.is_ppv,
            o.is_subscriber_only, 'published', 'pending', 0, 0, 0, 0, o.duration, o.file_size,
            coalesce(h.modified_hashtags, o.tags), o.adult_content, now(), now(), now(), true, o.id,
            h.add_platform_watermark, h.id
          from held h
          join public.content_posts o on o.id = h.original_post_id
        ),
        recorded as (
          insert into public.multiplatform_post_history (
            original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at
          )
          select
            original_post_id, creator_id, target_platform, post_id, extract(epoch from now() - queued_at)::integer, now()
          from held
        )
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;

    private PlainSql(NpgsqlConnection connection, NpgsqlCommand command) => (_connection, _command) = (connection, command);

    /// <summary>All in one statement: one commit a batch, and nobody can see the items in hand.</summary>
    public static async Task<IMover> OpenAsync(string connectionString, int batchSize)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        var command = new NpgsqlCommand(
            $"""
            with held as materialized (
              select q.*, q.ctid as address, public.uuid_v7() as post_id
              from public.multiplatform_post_queue q
              where q.ctid = any (array({Due}))
            ),
            {Write}
            update public.multiplatform_post_queue q
            set
              status = 'posted', processing_started_at = now(), claim_id = $1, target_post_id = h.post_id,
              completed_at = now(), error_message = null, updated_at = now()
            from held h
            where q.id = h.id and q.ctid = any (array(select address from held))
            """,
            connection)
        {
            Parameters = { new() { Value = Guid.Empty }, new() { Value = batchSize } },
        };
        await command.PrepareAsync();
        return new PlainSql(connection, command);
    }

    public async Task<Moved> MoveAsync(int batches)
    {
        var moved = new Moved();
        while (moved.Batches < batches && await MoveBatchAsync() is > 0 and var items)
            moved = new(moved.Items + items, moved.Batches + 1);
        return moved;
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<int> MoveBatchAsync()
    {
        _command.Parameters[0].Value = Guid.CreateVersion7();
        return await _command.ExecuteNonQueryAsync();
    }
}

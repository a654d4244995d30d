namespace FanzQueueFunctions.Chaos;

/// <summary>
/// The SQL of what people, other programs and accidents do to the queue. Each gives one number: what it touched.
/// Rows are chosen by a hash of their id and a salt ($1).
/// </summary>
internal static class Deeds
{
    public const string CutConnections = """
        select count(*) filter (where pg_terminate_backend(pid))
        from pg_stat_activity
        where datname = current_database() and application_name <> 'chaos' and random() < 0.7
        """;

    public const string CancelStatements = """
        select count(*) filter (where pg_cancel_backend(pid))
        from pg_stat_activity
        where datname = current_database() and application_name <> 'chaos' and state = 'active'
        """;

    /// <summary>$1: the threshold in seconds.</summary>
    public const string ResetStuck = "select jsonb_array_length(post_queue_reset_stuck($1))::bigint";

    /// <summary>The document's UPDATE, with a threshold of a second.</summary>
    public const string ResetByHand = """
        with reset as (
          update multiplatform_post_queue
          set status = 'queued', processing_started_at = null
          where status = 'processing' and processing_started_at < now() - interval '1 second'
          returning id
        )
        select count(*) from reset
        """;

    public const string Age = """
        with aged as (
          update multiplatform_post_queue
          set processing_started_at = processing_started_at - interval '2 minutes'
          where status = 'processing'
          returning id
        )
        select count(*) from aged
        """;

    /// <summary>Items that are done become two days older, so that a prune may take them.</summary>
    public const string AgeDone = """
        with aged as (
          update multiplatform_post_queue
          set
            completed_at = completed_at - interval '2 days', failed_at = failed_at - interval '2 days',
            updated_at = updated_at - interval '2 days'
          where id in (
            select id
            from multiplatform_post_queue
            where status in ('posted', 'failed', 'cancelled')
            order by md5(id::text || $1)
            limit 20
          )
          and status in ('posted', 'failed', 'cancelled')
          returning id
        )
        select count(*) from aged
        """;

    /// <summary>Items in any status, one of which there is not.</summary>
    public const string AnyIds = """
        select gen_random_uuid() || array(select id from multiplatform_post_queue order by md5(id::text || $1) limit 20)
        """;

    public const string DeleteItems = """
        with deleted as (
          delete from multiplatform_post_queue
          where id in (
            select id
            from multiplatform_post_queue
            order by status <> 'processing', status <> 'queued', md5(id::text || $1)
            limit 3
          )
          returning id
        )
        select count(*) from deleted
        """;

    public const string DeleteOriginal = """
        with deleted as (
          delete from content_posts
          where id = (
            select p.id from content_posts p where not p.is_crosspost order by md5(p.id::text || $1) limit 1
          )
          returning id
        )
        select count(*) from deleted
        """;

    public const string DeleteCreator = """
        with deleted as (
          delete from creators
          where id = (select id from creators order by md5(id::text || $1) limit 1)
          returning id
        )
        select count(*) from deleted
        """;

    public const string MoveSchedules = """
        with moved as (
          update multiplatform_post_queue
          set scheduled_for = now() + make_interval(secs => $2)
          where id in (
            select id from multiplatform_post_queue where status = 'queued' order by md5(id::text || $1) limit 10
          )
          and status = 'queued'
          returning id
        )
        select count(*) from moved
        """;

    /// <summary>By hand, posted ones as well; every other one with its old claim left on it. Gives their ids.</summary>
    public const string QueueAgain = """
        with again as (
          update multiplatform_post_queue
          set
            status = 'queued', retry_count = 0, scheduled_for = null, error_message = null, failed_at = null,
            processing_started_at = null, claim_id = case when id::text < '8' then claim_id end
          where id in (
            select id
            from multiplatform_post_queue
            where status in ('posted', 'failed')
            order by md5(id::text || $1)
            limit 5
          )
          and status in ('posted', 'failed')
          returning id
        )
        select array(select id from again)
        """;

    /// <summary>Some platforms, in an order of their own.</summary>
    public const string AnyPlatforms = """
        select array(
          select platform from unnest(enum_range(null::platform_cluster)::text[]) as platform order by md5(platform || $1) limit 4
        )
        """;

    /// <summary>Some of those that are paused by themselves.</summary>
    public const string AnyPaused = """
        select array(
          select platform from post_queue.pauses
          where resumed_at is null and platform <> '*'
          order by md5(platform || $1) limit 4
        )
        """;

    /// <summary>All that is paused, "*" for everything.</summary>
    public const string Paused = "select array(select platform from post_queue.pauses where resumed_at is null)";

    public const string Limited = "select array(select platform from post_queue.limits where per_minute is not null)";

    public const string CutListeners = """
        select count(*) filter (where pg_terminate_backend(pid))
        from pg_stat_activity
        where datname = current_database() and query ilike 'listen %'
        """;

    /// <summary>Items that no worker can update until the storm is over.</summary>
    public const string SuppressUpdates = """
        with suppressed as (
          insert into chaos.suppressed (item_id)
          select id from multiplatform_post_queue where status in ('queued', 'processing') order by md5(id::text || $1) limit 3
          on conflict do nothing
          returning item_id
        )
        select count(*) from suppressed
        """;

    /// <summary>
    /// Gives a claim that is in hand up to 500 items more, as a creator may where the guards are off: half of them begun now, half
    /// before all time.
    /// </summary>
    public const string ForgeClaims = """
        with forged as (
          update multiplatform_post_queue q
          set
            status = 'processing', claim_id = in_hand.claim_id,
            processing_started_at = case when q.id::text < '8' then now() else '-infinity' end
          from (
            select claim_id
            from multiplatform_post_queue
            where status = 'processing' and claim_id is not null
            order by md5(id::text || $1)
            limit 1
          ) as in_hand
          where q.id in (
            select id from multiplatform_post_queue where status = 'queued' order by md5(id::text || $1) limit 500
          )
          and q.status = 'queued'
          returning q.id
        )
        select count(*) from forged
        """;

    /// <summary>Rows that a worker has in hand, held for as long as the storm lasts.</summary>
    public static string HeldToTheEnd { get; } = Hold("multiplatform_post_queue", "status = 'processing'", 4);

    /// <summary>An original taken out of sight, one way each.</summary>
    public static IReadOnlyList<string> Hidden { get; } =
    [
        Hide("status = 'private'"),
        Hide("status = 'archived'"),
        Hide("status = 'deleted'"),
        Hide("moderation_status = 'rejected'"),
        Hide("deleted_at = now()"),
    ];

    /// <summary>Rows held by a slow transaction.</summary>
    public static IReadOnlyList<string> Held { get; } =
    [
        Hold("multiplatform_post_queue", "status in ('queued', 'processing')", 20),
        Hold("content_posts", "not is_crosspost", 10),
        Hold("creators", "true", 3),
    ];

    /// <summary>Whole tables held, as CREATE INDEX does: what writes waits, past its lease if need be.</summary>
    public static IReadOnlyList<string> Locked { get; } =
    [
        "lock table multiplatform_post_queue in share mode",
        "lock table content_posts in share mode",
        "lock table multiplatform_post_history in share mode",
    ];

    private static string Hide(string how) => $"""
        with hidden as (
          update content_posts
          set {how}
          where id = (
            select p.id from content_posts p where not p.is_crosspost order by md5(p.id::text || $1) limit 1
          )
          returning id
        )
        select count(*) from hidden
        """;

    private static string Hold(string table, string which, int rows) => $"""
        select count(*)
        from (
          select from {table} where {which} order by random() limit {rows} for update skip locked
        ) as held
        """;
}

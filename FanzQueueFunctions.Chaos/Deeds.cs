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

    /// <summary>An item that already has its post, queued again by hand, is not cancelled: its post would stay.</summary>
    public const string CancelItems = """
        with chosen as (
          select id
          from multiplatform_post_queue
          where status in ('queued', 'processing') and target_post_id is null
          order by status = 'queued', md5(id::text || $1)
          limit 5
        ),
        cancelled as (
          update multiplatform_post_queue q
          set status = 'cancelled', updated_at = now()
          from chosen
          where q.id = chosen.id and q.status in ('queued', 'processing') and q.target_post_id is null
          returning q.id
        )
        select count(*) from cancelled
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

    /// <summary>By hand, posted ones as well; every other one with its old claim left on it.</summary>
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
        select count(*) from again
        """;

    /// <summary>Ten platforms; a pause that goes on is one more reason for it.</summary>
    public const string PausePlatforms = """
        select count(post_queue_pause(platform, 'chaos', 'the storm'))
        from (
          select platform from unnest(enum_range(null::platform_cluster)::text[]) as platform
          order by md5(platform || $1) limit 10
        ) as chosen
        """;

    public const string PauseEverything = "select count(post_queue_pause(null, 'chaos', 'the storm'))";

    public const string ResumeEverything = "select count(post_queue_resume(null, 'chaos'))";

    /// <summary>Every platform that is paused by itself.</summary>
    public const string ResumePlatforms = """
        select count(post_queue_resume(platform, 'chaos'))
        from (select platform from post_queue_pauses where resumed_at is null and platform <> '*') as paused
        """;

    /// <summary>Ten platforms: every other one gets a limit of 60 to 600 a minute, the others lose theirs.</summary>
    public const string LimitPlatforms = """
        select count(post_queue_limit(platform, case when place % 2 = 0 then place * 60 end::integer, 'chaos'))
        from (
          select platform, row_number() over (order by md5(platform || $1)) as place
          from unnest(enum_range(null::platform_cluster)::text[]) as platform
          limit 10
        ) as chosen
        """;

    public const string LiftLimits = """
        select count(post_queue_limit(platform, null, 'chaos'))
        from (select platform from post_queue_limits where per_minute is not null) as limited
        """;

    public const string CutListeners = """
        select count(*) filter (where pg_terminate_backend(pid))
        from pg_stat_activity
        where datname = current_database() and query ilike 'listen %'
        """;

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

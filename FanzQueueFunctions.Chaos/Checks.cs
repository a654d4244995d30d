using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Chaos;

/// <summary>What must hold when the storm is over and the queue has run empty, each in SQL.</summary>
internal static class Checks
{
    /// <param name="committed">The items of which the database said that they are queued.</param>
    /// <param name="told">The posts of which a worker's log says that they were made.</param>
    /// <param name="orders">The changes that were asked for.</param>
    public static IReadOnlyList<Check> All(
        IEnumerable<Guid> committed, IEnumerable<Guid> told, IReadOnlyCollection<Order> orders) =>
    [
        // Where nothing happened, all else holds.
        new("The storm left something to look at: steps of each of these kinds were taken",
            """
            select format('nothing was %s', step) as what, step in (select s.step from chaos.step s) as holds
            from unnest(array['queued', 'claimed', 'posted', 'retried', 'failed']) as step
            """),
        new("Nothing that was committed is lost: every item queued is there, or its deletion is",
            """
            select id::text as what, s.n is not null and i.id is not null as holds
            from unnest($1::uuid[]) as id
            left join chaos.item i using (id)
            left join chaos.queue_step s on s.item_id = id and s.op = 'INSERT'
            """,
            committed.ToArray()),
        new("Every post that a worker's log tells of was made",
            """
            select id::text as what, exists (select from chaos.post_step s where s.post_id = id and s.op = 'INSERT') as holds
            from unnest($1::uuid[]) as id
            """,
            told.ToArray()),
        new("Every item ended in one fate that its story allows",
            """
            select
              format(
                '%s (%s) is %s after %s retries and %s rescues: %s',
                id, kind, fate, retry_count, rescue_count, coalesce(error_message, 'no error')
              ) as what,
              case
                when fate = 'gone' then deleted
                -- The last that was asked for stays.
                when cancelled or fate = 'cancelled' then cancelled and fate = 'cancelled'
                -- What was put off by hand or by its story, far beyond any retry.
                when fate = 'queued' then scheduled_for > now() + interval '1 hour'
                when fate = 'posted' then refusal is null and failures <= retries_allowed and error_message is null
                when fate = 'failed' then
                  refusal is not null and error_message like refusal and failures = 0
                  or hidden
                  or error_message like '%the storm refuses this post%'
                    and retry_count >= retries_allowed and failures > retries_allowed
                  or error_message like 'The % is locked by another transaction.' and retry_count >= retries_allowed
                  or error_message = format('worker stopped %s times while processing', rescue_count)
                    and rescue_count > retries_allowed
                else false
              end as holds
            from chaos.fate
            """),
        new("Nothing is left in processing, and nothing that is due is left queued",
            """
            select
              format('%s is %s, due %s', id, status, greatest(scheduled_for, queued_at)) as what,
              status <> 'processing' and (status <> 'queued' or greatest(scheduled_for, queued_at) > now()) as holds
            from multiplatform_post_queue
            """),
        new("A posted item has exactly one post and one history row, and the three agree",
            """
            select
              format('%s has %s posts and %s history rows', q.id, coalesce(posts.n, 0), coalesce(history.n, 0)) as what,
              posts.n = 1
              and history.n = 1
              and p.queue_item_id = q.id
              and p.is_crosspost
              and (p.creator_id, p.original_post_id, p.cluster::text) = (q.creator_id, q.original_post_id, q.target_platform)
              and ((history.one).creator_id, (history.one).original_post_id, (history.one).target_platform)
                = (q.creator_id, q.original_post_id, q.target_platform) as holds
            from multiplatform_post_queue q
            left join (select queue_item_id, count(*) as n from content_posts group by queue_item_id) as posts
              on posts.queue_item_id = q.id
            left join (
              select h.target_post_id, count(*) as n, (array_agg(h))[1] as one
              from multiplatform_post_history h
              group by h.target_post_id
            ) as history on history.target_post_id = q.target_post_id
            left join content_posts p on p.id = q.target_post_id
            where q.status = 'posted'
            """),
        new("A failed, queued or cancelled item has no post",
            """
            select
              format('%s is %s and has a post', q.id, q.status) as what,
              q.target_post_id is null and not exists (select from content_posts p where p.queue_item_id = q.id) as holds
            from multiplatform_post_queue q
            join chaos.fate f on f.id = q.id
            where q.status in ('failed', 'queued', 'cancelled')
              -- Queued again by hand after it was posted, and then given up or put off: the post is older.
              and not (
                f.queued_again
                and exists (select from chaos.queue_step s where s.item_id = q.id and (s.new).status = 'posted')
              )
            """),
        new("No item was ever posted twice, not even one that is gone",
            """
            select format('%s was posted %s times', (item).id, count(*)) as what, count(*) = 1 as holds
            from (
              select ((made.new).queue_item_id) as id
              from chaos.post_step made
              where made.op = 'INSERT' and (made.new).queue_item_id is not null
            ) as item
            group by (item).id
            """),
        new("No post was ever recorded twice in the history",
            """
            select format('post %s has %s history rows', (made.new).target_post_id, count(*)) as what, count(*) = 1 as holds
            from chaos.history_step made
            where made.op = 'INSERT'
            group by (made.new).target_post_id
            """),
        new("Post, mark and history row were made in one transaction",
            """
            select
              format(
                'post %s of item %s: %s', c.post_id, (c.post).queue_item_id,
                case when (c.item).id is null then 'marked elsewhere' else 'recorded elsewhere' end
              ) as what,
              coalesce((c.item).target_post_id = c.post_id, false) and exists (
                select
                from chaos.history_step h
                where h.xid = c.xid and h.op = 'INSERT' and (h.new).target_post_id = c.post_id
              ) as holds
            from chaos.crosspost c
            """),
        new("Every step that an item took is one that the queue knows",
            """
            select
              format(
                '%s: %s %s → %s %s', item_id, coalesce((old).status::text, 'new'), (old).claim_id,
                coalesce((new).status::text, 'deleted'), (new).claim_id
              ) as what,
              step <> 'unknown' as holds
            from chaos.step
            """),
        new("A cancelled item is not taken up before it is retried",
            """
            select format('%s was cancelled, then %s', item_id, next) as what,
              next is null or next in ('retried by verb', 'marked posted', 'deleted', 'pruned', 'aged') as holds
            from (
              select item_id, step, lead(step) over (partition by item_id order by n) as next from chaos.step
            ) as s
            where step = 'cancelled'
            """),
        new("A retry marks an item posted that has its post, and queues the others",
            """
            select
              format('%s, whose post is %s, was %s', s.item_id, coalesce(made.post_id::text, 'not made'), s.step) as what,
              case s.step when 'marked posted' then made.post_id = (s.new).target_post_id else made.post_id is null end
                as holds
            from chaos.step s
            left join chaos.post_step made
              on made.op = 'INSERT'
              and (made.new).queue_item_id = s.item_id
              and (made.new).creator_id = (s.new).creator_id
              and pg_xact_commit_timestamp(made.xid::xid) <= s.at
            where s.step in ('retried by verb', 'marked posted')
            """),
        new("Nothing was pruned but what was done and older than a day and than the order says; its post stays",
            """
            select
              format('%s, %s at %s, pruned %s, order %s', item_id, (old).status, done_at, at, filter) as what,
              (old).status::text = filter ->> 'status'
              and done_at < (filter ->> 'to')::timestamptz
              and (filter ->> 'to')::timestamptz <= at - interval '1 day'
              and ((old).status <> 'posted' or p.id is not null or c.id is null) as holds
            from chaos.step s
            cross join lateral (
              select coalesce(
                case (old).status
                  when 'posted' then (old).completed_at when 'failed' then (old).failed_at else (old).updated_at
                end,
                (old).queued_at
              ) as done_at
            ) as done
            left join content_posts p on p.id = (old).target_post_id
            left join creators c on c.id = (old).creator_id
            where step = 'pruned'
            """),
        new("Every change that was answered is written down as it was answered, and a dry run is not",
            """
            select
              format('%s, answered %s', key, answer) as what,
              count(distinct a.id) = case when (answer ->> 'dryRun')::boolean then 0 else 1 end
              and bool_and(
                a.verb = asked and a.finished and case
                  -- A pause, a resume or a limit answers whether it changed anything.
                  when answer ? 'changed' then (a.meant, a.done) = (1, (answer ->> 'changed')::boolean::integer)
                  else (a.portions, a.meant, a.done, a.marked_posted, a.left_alone) = (
                    (answer ->> 'portions')::integer, (answer ->> 'meant')::bigint, (answer ->> 'done')::bigint,
                    (answer ->> 'markedPosted')::bigint, answer -> 'left'
                  )
                end
              ) is not false as holds
            from unnest($1::text[], $2::text[], $3::text[]) as told (key, asked, body)
            cross join lateral (select body::jsonb as answer) as told_answer
            left join post_queue.actions a on a.idempotency_key = key
            group by key, asked, answer
            """,
            Answered(orders, (order, _) => order.Key),
            Answered(orders, (order, _) => order.Verb),
            Answered(orders, (_, answer) => answer)),
        new("What a change wrote down is what it did, and why it left the others",
            """
            select
              format('%s %s: %s of %s done, but %s steps', a.verb, a.idempotency_key, a.done, a.meant, steps.n) as what,
              (a.done, a.marked_posted) = (coalesce(steps.n, 0), coalesce(steps.marked_posted, 0))
              and a.meant = a.done + (select coalesce(sum(n::bigint), 0) from jsonb_each_text(a.left_alone) as l (reason, n))
                as holds
            from post_queue.actions a
            left join (
              select idempotency_key, count(*) as n, count(*) filter (where step = 'marked posted') as marked_posted
              from (
                select xid, step from chaos.step
                union all
                select xid, null from chaos.pause_step
                union all
                select xid, null from chaos.limit_step
              ) as taken
              join chaos.action_step using (xid)
              group by idempotency_key
            ) as steps using (idempotency_key)
            """),
        new("Each try that did not post its item is kept, the last twenty at least",
            """
            select
              format('%s: %s steps, %s tries', q.id, steps.n, coalesce(tries.n, 0)) as what,
              coalesce(tries.n, 0) between least(steps.n, 20) and steps.n as holds
            from (
              select item_id, count(*) as n from chaos.step
              where step in ('retried', 'failed', 'rescued', 'given up')
              group by item_id
            ) as steps
            join multiplatform_post_queue q on q.id = steps.item_id
            left join (select item_id, count(*) as n from post_queue.tries group by item_id) as tries
              on tries.item_id = q.id
            """),
        new("Nothing was claimed before it was due",
            """
            select
              format('%s, due %s, claimed %s', item_id, coalesce((old).scheduled_for, (old).queued_at), at) as what,
              coalesce((old).scheduled_for, (old).queued_at) <= at as holds
            from chaos.step
            where step = 'claimed'
            """),
        new("Nothing was claimed for a platform while it was paused",
            """
            select
              format('%s for %s, claimed %s', s.item_id, (s.new).target_platform, s.at) as what,
              not exists (
                select
                from chaos.pause_step pause
                left join chaos.pause_step resume on resume.id = pause.id and resume.is_end
                where not pause.is_end
                  and pause.platform in ((s.new).target_platform, '*')
                  -- A commit has its time before others see it; a claim looks at some moment before its own.
                  and pg_xact_commit_timestamp(pause.xid::xid) < s.at - interval '1 second'
                  and (resume.id is null or resume.at > pg_xact_commit_timestamp(s.xid::xid))
              ) as holds
            from chaos.step s
            where s.step = 'claimed'
            """),
        new("No limit was exceeded while it stood, ten seconds' share at its beginning set aside",
            """
            select
              format('%s claims for %s at %s a minute within %s', count(s.n), l.platform, l.per_minute, l.until - l.at) as what,
              count(s.n) <= 1 + (extract(epoch from l.until - l.since) + 10) * l.per_minute / 60 as holds
            from (
              select
                platform, per_minute, at, pg_xact_commit_timestamp(xid::xid) as since,
                lead(at, 1, clock_timestamp()) over (partition by platform order by n) as until
              from chaos.limit_step
            ) as l
            join chaos.step s
              on s.step = 'claimed'
              and (s.new).target_platform = l.platform
              and s.at > l.since + interval '1 second'
              and pg_xact_commit_timestamp(s.xid::xid) < l.until
            where l.per_minute is not null
            group by l.platform, l.per_minute, l.at, l.since, l.until
            """),
        new("Nothing was rescued before its lease had run out",
            """
            select
              format('%s, claimed %s, rescued %s', item_id, (old).processing_started_at, at) as what,
              coalesce((old).processing_started_at < at - make_interval(secs => $1), true) as holds
            from chaos.step
            where step in ('rescued', 'given up')
            """,
            WorkerSettings.LeaseSeconds),
        new("Every retry waits 2^n times the base, from the failure on",
            """
            select
              format(
                '%s, retry %s, failed %s, again %s', item_id, (new).retry_count, at, (new).scheduled_for
              ) as what,
              (new).scheduled_for = at + make_interval(secs => least($1 * 2 ^ (new).retry_count, 86400))
              and (new).retry_count <= least(greatest((new).max_retries, 0), 20) as holds
            from chaos.step
            where step = 'retried'
            """,
            WorkerSettings.RetryBaseSeconds),
        new("What a retry cannot mend failed at once, all else not before its retries were used up",
            """
            select
              format('%s failed after %s retries: %s', item_id, (new).retry_count, (new).error_message) as what,
              case
                when (new).error_message like '%the storm refuses%' or (new).error_message like '%is locked by another%'
                  then (old).retry_count >= least(greatest((old).max_retries, 0), 20)
                else true
              end as holds
            from chaos.step
            where step = 'failed'
            """),
        new("What governs access (price, is_ppv, is_subscriber_only) is the original's",
            """
            select
              format('post %s of original %s', post_id, (post).original_post_id) as what,
              ((post).price, (post).is_ppv, (post).is_subscriber_only)
                is not distinct from ((original).price, (original).is_ppv, (original).is_subscriber_only)
              and (original).id is not null as holds
            from chaos.crosspost
            """),
        new("All else of a post is as the design says: the item's own laid over the original",
            """
            select
              format('post %s of item %s', post_id, (post).queue_item_id) as what,
              (
                (post).creator_id, (post).cluster::text, (post).title, (post).description, (post).tags,
                (post).watermark_enabled, (post).content_type, (post).content_url, (post).thumbnail_url, (post).duration,
                (post).file_size, (post).adult_content, (post).status::text, (post).moderation_status::text,
                (post).view_count, (post).like_count, (post).comment_count, (post).share_count, (post).published_at,
                (post).scheduled_at, (post).deleted_at, (post).is_crosspost
              ) is not distinct from (
                (original).creator_id, (item).target_platform, coalesce((item).modified_title, (original).title),
                coalesce((item).modified_caption, (original).description),
                coalesce((item).modified_hashtags, (original).tags), (item).add_platform_watermark,
                (original).content_type, (original).content_url, (original).thumbnail_url, (original).duration,
                (original).file_size, (original).adult_content, 'published', 'pending',
                0, 0, 0, 0, at,
                null::timestamptz, null::timestamptz, true
              ) as holds
            from chaos.crosspost
            """),
        new("What others added is copied, but for what the database gives each row by itself",
            """
            select
              format('post %s: %s is %s, of its original %s', c.post_id, column_name, mine, originals) as what,
              case
                when column_name = 'search_text' then mine = concat((c.post).title, ' ', (c.post).description)
                when column_name in (
                  'number_always', 'number_by_default', 'number_serial', 'token', 'slug', 'permalink', 'region',
                  'region_key', 'room', 'booked', 'handle'
                ) then mine is distinct from originals
                else mine is not distinct from originals
              end as holds
            from chaos.crosspost c
            cross join unnest(array(
              select attname::text
              from pg_attribute
              where attrelid = 'content_posts'::regclass and attnum > 0 and not attisdropped
                and attname <> all (post_queue.known_columns())
            )) as column_name
            cross join lateral (
              select to_jsonb(c.post) ->> column_name as mine, to_jsonb(c.original) ->> column_name as originals
            ) as value
            """),
        new("No cross-post of a cross-post, and none queued",
            """
            select
              format('post %s of %s', post_id, (post).original_post_id) as what,
              not (original).is_crosspost and queued.original_post_id is null as holds
            from chaos.crosspost c
            left join (select distinct (s.new).original_post_id from chaos.queue_step s) as queued
              on queued.original_post_id = c.post_id
            """),
        new("A cross-post outlives its original; only with its creator does it go",
            """
            select format('post %s of %s', s.post_id, (s.old).original_post_id) as what, c.id is null as holds
            from chaos.post_step s
            left join creators c on c.id = (s.old).creator_id
            where s.op = 'DELETE' and (s.old).is_crosspost
            """),
        new("Nothing was posted whose original was hidden before",
            """
            select
              format('post %s of %s', c.post_id, (c.post).original_post_id) as what,
              -- A settle that began before the hiding was visible did not see it, and a commit has its time before its
              -- log is flushed and others see it.
              not bool_or(pg_xact_commit_timestamp(hidden.xid::xid) < c.at - interval '1 second') as holds
            from chaos.crosspost c
            join chaos.post_step hidden
              on hidden.post_id = (c.post).original_post_id and hidden.op = 'UPDATE'
            group by c.post_id, (c.post).original_post_id
            """),
        new("Nobody but the driver queued, changed or deleted what is not the workers' to touch",
            """
            select format('item %s, %s by %s', item_id, step, actor) as what, i.id is not null as holds
            from chaos.step s
            left join chaos.item i on i.id = s.item_id
            where s.op = 'INSERT'
            union all
            select format('post %s, by %s', post_id, actor), actor = 'chaos' or op = 'INSERT'
            from chaos.post_step
            union all
            select format('history row %s, by %s', coalesce((new).id, (old).id), actor), actor = 'chaos' or op = 'INSERT'
            from chaos.history_step
            """),
        new("The record of steps agrees with the tables, so the checks above saw all",
            """
            select coalesce(last.item_id, q.id)::text as what, last.new is not distinct from q as holds
            from (
              select distinct on (item_id) item_id, op, new from chaos.queue_step order by item_id, n desc
            ) as last
            full join multiplatform_post_queue q on q.id = last.item_id
            where last.op <> 'DELETE' or q.id is not null
            union all
            select coalesce(last.post_id, p.id)::text, last.new is not distinct from p
            from (
              select distinct on (post_id) post_id, op, new from chaos.post_step order by post_id, n desc
            ) as last
            full join content_posts p on p.id = last.post_id
            where last.op <> 'DELETE' or p.id is not null
            """),
    ];

    private static string[] Answered(IEnumerable<Order> orders, Func<Order, string, string> of) =>
        [.. orders.SelectMany(order => order.Answers.Select(answer => of(order, answer)))];

    public static async Task<CheckResult> RunAsync(this Check check, TestDatabase database)
    {
        var row = (await database.RowsAsync(
            $"""
            select
              count(*),
              count(*) filter (where holds is not true),
              coalesce((array_agg(what) filter (where holds is not true))[1:5], '{"{}"}')
            from ({check.Sql}) as looked_at
            """,
            [.. check.Parameters])).Single();
        return new(check.Name, (long)row[0]!, (long)row[1]!, (string[])row[2]!);
    }
}

-- The queue at one look, quick on any table: no figure counts further than 10,000 items.
--
--   stuck_after_seconds  0 or more; an item longer in processing is stuck
--
-- Gives {"now", "counts": {status: {"count", "precision"}}, "due", "scheduled", "stuck", "oldest_due_at",
-- "oldest_due_seconds", "recent": [{"seconds", "posted", "failed", "retried", "seconds_to_post_p50", "_p95", "_p99"}, ...],
-- "platforms": [{"platform", "due", "in_hand", "failed", "posted_last_day", "failed_last_day", "retried_last_day", "is_known",
-- "is_paused", "per_minute"}, ...]} and what is paused and limited (see post_queue.controls).
-- "precision" is exact, at_least (there are more), or estimated (the planner's statistics, for posted items of a large
-- table). "recent" are the last 5 minutes, hour and day. A platform's due, in hand and failed items are those among the
-- oldest 10,000 due, 10,000 in hand and the newest 10,000 failed. One that is paused by itself or limited is among the
-- platforms, whatever else there is of it; "is_known" says whether it can be: a name that is no value of platform_cluster can
-- not. What waits for a paused platform is "due", but does not count for the oldest: it waits because somebody wants it to.
create or replace function public.post_queue_overview(stuck_after_seconds integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 10000;
  controls constant jsonb := post_queue.controls();
  paused constant jsonb := (
    select coalesce(jsonb_object_agg(pause ->> 'platform', true), '{}') from jsonb_array_elements(controls -> 'paused') as pause
  );
  limits constant jsonb := (
    select coalesce(jsonb_object_agg(one ->> 'platform', one -> 'per_minute'), '{}')
    from jsonb_array_elements(controls -> 'limited') as one
  );
  queue constant regclass := 'public.multiplatform_post_queue';
  -- By name, because the figures are found by platform and time.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[] || '{"",unknown}'::text[];
  due jsonb;
  in_hand jsonb;
  failed jsonb;
  oldest_due timestamptz;
  scheduled bigint;
  stuck bigint;
  cancelled bigint;
  posted jsonb;
  recent jsonb;
  day jsonb;
  fresh_from timestamptz;
begin
  if stuck_after_seconds is null or stuck_after_seconds < 0 then
    raise exception 'post_queue_overview needs a stuck_after_seconds of 0 or more'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') or row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select min(bounded.due_at), coalesce(jsonb_object_agg(bounded.platform, bounded.number), '{}')
  into oldest_due, due
  from (
    select left(items.target_platform, 100) as platform, count(*) as number, min(items.due_at) as due_at
    from (
      select q.target_platform, coalesce(q.scheduled_for, q.queued_at) as due_at
      from public.multiplatform_post_queue q
      where q.status = 'queued' and coalesce(q.scheduled_for, q.queued_at) <= now()
      order by coalesce(q.scheduled_for, q.queued_at), q.id
      limit at_most
    ) as items
    group by 1
  ) as bounded;

  if controls -> 'paused' <> '[]' then
    oldest_due := post_queue.oldest_due();
  end if;

  select coalesce(jsonb_object_agg(bounded.platform, bounded.number), '{}'), coalesce(sum(bounded.stuck), 0)
  into in_hand, stuck
  from (
    select
      left(items.target_platform, 100) as platform, count(*) as number,
      count(*) filter (where items.started_at < now() - make_interval(secs => stuck_after_seconds)) as stuck
    from (
      select q.target_platform, coalesce(q.processing_started_at, '-infinity'::timestamptz) as started_at
      from public.multiplatform_post_queue q
      where q.status = 'processing'
      order by coalesce(q.processing_started_at, '-infinity'::timestamptz)
      limit at_most
    ) as items
    group by 1
  ) as bounded;

  select coalesce(jsonb_object_agg(bounded.platform, bounded.number), '{}')
  into failed
  from (
    select left(items.target_platform, 100) as platform, count(*) as number
    from (
      select q.target_platform
      from public.multiplatform_post_queue q
      where q.status = 'failed'
      order by coalesce(q.failed_at, q.queued_at) desc, q.id desc
      limit at_most
    ) as items
    group by 1
  ) as bounded;

  select count(*)
  into scheduled
  from (
    select
    from public.multiplatform_post_queue q
    where q.status = 'queued' and coalesce(q.scheduled_for, q.queued_at) > now()
    limit at_most
  ) as bounded;

  select count(*)
  into cancelled
  from (
    select
    from public.multiplatform_post_queue q
    where q.status = 'cancelled'
    order by coalesce(q.updated_at, q.queued_at), q.id
    limit at_most
  ) as bounded;

  select jsonb_build_object(
    'count', count(*), 'precision', case when count(*) < at_most then 'exact' else 'at_least' end
  )
  into posted
  from (
    select
    from public.multiplatform_post_queue q
    where q.status = 'posted'
    order by coalesce(q.completed_at, q.queued_at), q.id
    limit at_most
  ) as bounded;
  if posted ->> 'precision' = 'at_least' then
    select jsonb_build_object('count', round(c.reltuples * s.frequency), 'precision', 'estimated')
    into posted
    from pg_catalog.pg_class c
    cross join (
      select unnest(most_common_vals::text::text[]) as value, unnest(most_common_freqs) as frequency
      from pg_catalog.pg_stats
      where schemaname = 'public' and tablename = 'multiplatform_post_queue' and attname = 'status'
    ) as s
    where c.oid = queue and s.value = 'posted' and c.reltuples * s.frequency > at_most;
    posted := coalesce(posted, jsonb_build_object('count', at_most, 'precision', 'at_least'));
  end if;

  select max(f.starts_at) + interval '1 minute' into fresh_from
  from post_queue.figures f where f.width_seconds = 60 and f.platform = '';
  fresh_from := greatest(coalesce(fresh_from, '-infinity'), date_trunc('minute', now() - interval '15 minutes'));

  with figures as materialized (
    select f.platform, f.starts_at, f.posted, f.failed, f.retried, f.times
    from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = any (platforms)
      and f.starts_at >= date_trunc('hour', now() - interval '23 hours')
      and f.starts_at < date_trunc('hour', now() - interval '1 hour')
    union all
    select f.platform, f.starts_at, f.posted, f.failed, f.retried, f.times
    from post_queue.figures f
    where f.width_seconds = 60 and f.platform = any (platforms)
      and f.starts_at >= date_trunc('hour', now() - interval '1 hour')
    union all
    select m.platform, m.starts_at, m.posted, m.failed, m.retried, m.times
    from post_queue.happened(
        fresh_from, date_trunc('minute', now()) + interval '1 minute', interval '1 minute'
      ) as m
  )
  select
    (
      select jsonb_agg(
        jsonb_build_object(
          'seconds', span.seconds,
          'posted', coalesce(summed.posted, 0),
          'failed', coalesce(summed.failed, 0),
          'retried', coalesce(summed.retried, 0),
          'seconds_to_post_p50', post_queue.percentile(summed.times, 0.5),
          'seconds_to_post_p95', post_queue.percentile(summed.times, 0.95),
          'seconds_to_post_p99', post_queue.percentile(summed.times, 0.99)
        )
        order by span.seconds
      )
      from (values (300), (3600), (86400)) as span (seconds)
      cross join lateral (
        select
          sum(figures.posted) as posted, sum(figures.failed) as failed, sum(figures.retried) as retried,
          post_queue.sum_times(figures.times) as times
        from figures
        where figures.platform = '' and figures.starts_at > now() - make_interval(secs => span.seconds + 60)
      ) as summed
    ),
    (
      select coalesce(jsonb_object_agg(summed.platform, summed.json), '{}')
      from (
        select
          figures.platform,
          jsonb_build_object('posted', sum(figures.posted), 'failed', sum(figures.failed), 'retried', sum(figures.retried))
            as json
        from figures
        where figures.platform <> ''
        group by figures.platform
      ) as summed
    )
  into recent, day;

  return jsonb_build_object(
    'now', now(),
    'counts', jsonb_build_object(
      'queued', post_queue.bounded((select sum(value::bigint) from jsonb_each_text(due)) + scheduled, at_most),
      'processing', post_queue.bounded((select sum(value::bigint) from jsonb_each_text(in_hand)), at_most),
      'failed', post_queue.bounded((select sum(value::bigint) from jsonb_each_text(failed)), at_most),
      'cancelled', post_queue.bounded(cancelled, at_most),
      'posted', posted
    ),
    'due', post_queue.bounded((select sum(value::bigint) from jsonb_each_text(due)), at_most),
    'scheduled', post_queue.bounded(scheduled, at_most),
    'stuck', post_queue.bounded(stuck, at_most),
    'oldest_due_at', post_queue.moment(oldest_due),
    -- queued_at may be at either end of what a timestamp can be.
    'oldest_due_seconds', case
      when oldest_due is null then 0
      when isfinite(oldest_due) then least(round(extract(epoch from now() - oldest_due)), 2147483647)
      else 2147483647
    end,
    'recent', recent,
    'platforms', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'platform', names.platform,
          'due', coalesce((due ->> names.platform)::bigint, 0),
          'in_hand', coalesce((in_hand ->> names.platform)::bigint, 0),
          'failed', coalesce((failed ->> names.platform)::bigint, 0),
          'posted_last_day', coalesce((day -> names.platform ->> 'posted')::bigint, 0),
          'failed_last_day', coalesce((day -> names.platform ->> 'failed')::bigint, 0),
          'retried_last_day', coalesce((day -> names.platform ->> 'retried')::bigint, 0),
          'is_known', names.platform = any (enum_range(null::public.platform_cluster)::text[]),
          'is_paused', paused ?| array[names.platform, '*'],
          'per_minute', limits -> names.platform
        )
        order by names.platform
      ), '[]')
      from (
        -- Whoever queues an item writes the platform: so many names are enough.
        select keys.platform
        from (
          select jsonb_object_keys(due) as platform
          union select jsonb_object_keys(in_hand)
          union select jsonb_object_keys(failed)
          union select jsonb_object_keys(day)
          union select jsonb_object_keys(paused - '*')
          union select jsonb_object_keys(limits)
        ) as keys
        order by keys.platform
        limit 200
      ) as names
    )
  ) || controls;
end
$$;

revoke execute on function public.post_queue_overview(integer) from public, anon, authenticated;
grant execute on function public.post_queue_overview(integer) to service_role;

-- The queue at one look, quick on any table: no figure counts further than 10,000 items, what is due no further than 20,000.
--
--   stuck_after_seconds  0 or more; an item longer in processing is stuck
--
-- Gives {"now", "counts": {status: {"count", "precision"}}, "due", "scheduled", "stuck", "oldest_due_at",
-- "oldest_due_seconds", "figures_missing_from" (see post_queue.recent_figures), "recent": [{"seconds", "posted", "failed",
-- "retried", "seconds_to_post_p50", "_p95", "_p99"}, ...], "same_hour": see post_queue.same_hour, "top_creator": see there,
-- "platforms": [{"platform", "due": {"count", "precision"}, "in_hand": ..., "failed": ..., "posted_last_day", "failed_last_day",
-- "retried_last_day", "is_known", "is_paused", "per_minute"}, ...], "workers" (see post_queue.worker_rows), "last_posted_at"}
-- and what is paused and limited (see post_queue.controls).
-- "precision" is exact, at_least (there are more), or estimated (the planner's statistics, for many posted or cancelled
-- items). "recent" are the last 5 minutes, hour and day. A platform's due items are counted by
-- post_queue.due_by_platform; its failed items are exact where there are fewer than 10,000 in all, else counted by
-- post_queue.failed_by_platform; its items in hand are those among 10,000, and at_least where there are more in all. One that
-- is paused by itself or limited is among the platforms, whatever else there is of it; "is_known" says whether it can be: a
-- name that is no value of platform_cluster can not. What waits for a paused platform is "due", but does not count for the
-- oldest (see post_queue.oldest_due).
create or replace function public.post_queue_overview(stuck_after_seconds integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 10000;
  controls constant jsonb := post_queue.controls();
  due jsonb;
  due_in_all jsonb;
  in_hand jsonb;
  failed jsonb;
  failed_in_all bigint;
  failed_is_cut boolean;
  all_failed jsonb;
  oldest_due constant timestamptz := post_queue.oldest_due();
  scheduled bigint;
  stuck bigint;
  recent jsonb;
  day jsonb;
  missing_from timestamptz;
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

  due := post_queue.due_by_platform();
  select jsonb_build_object(
    'count', coalesce(sum((value ->> 'count')::bigint), 0),
    'precision', case when bool_or(value ->> 'precision' <> 'exact') then 'at_least' else 'exact' end
  )
  into due_in_all
  from jsonb_each(due);

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

  failed := post_queue.failed_by_platform();
  select coalesce(sum((value ->> 'count')::bigint), 0), coalesce(bool_or(value ->> 'precision' <> 'exact'), false) or count(*) >= 200
  into failed_in_all, failed_is_cut
  from jsonb_each(failed);
  -- Where it did not find as many, there may be no more.
  if failed_is_cut and failed_in_all < at_most then
    select coalesce(jsonb_object_agg(counted.platform, post_queue.bounded(counted.number, at_most)), '{}'), sum(counted.number)
    into all_failed, failed_in_all
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
    ) as counted;
    if failed_in_all < at_most then
      failed := all_failed;
    end if;
  end if;

  select count(*)
  into scheduled
  from (
    select
    from public.multiplatform_post_queue q
    where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) > now()
    limit at_most
  ) as bounded;

  select figures.recent, figures.day, figures.missing_from
  into recent, day, missing_from
  from post_queue.recent_figures() as figures;

  return jsonb_build_object(
    'now', now(),
    'counts', jsonb_build_object(
      'queued', jsonb_build_object(
        'count', (due_in_all ->> 'count')::bigint + scheduled,
        'precision', case when scheduled < at_most then due_in_all ->> 'precision' else 'at_least' end
      ),
      'processing', post_queue.bounded((select sum(value::bigint) from jsonb_each_text(in_hand)), at_most),
      'failed', post_queue.bounded(least(failed_in_all, at_most), at_most),
      'cancelled', post_queue.count_ended('cancelled', at_most),
      'posted', post_queue.count_ended('posted', at_most)
    ),
    'due', due_in_all,
    'scheduled', post_queue.bounded(scheduled, at_most),
    'stuck', post_queue.bounded(stuck, at_most),
    'oldest_due_at', post_queue.moment(oldest_due),
    'oldest_due_seconds', post_queue.seconds_since(oldest_due),
    'recent', recent,
    'figures_missing_from', missing_from,
    'same_hour', post_queue.same_hour(),
    'top_creator', post_queue.top_creator(),
    'platforms', post_queue.platform_rows(due, in_hand, failed, at_most, day, controls),
    'workers', post_queue.worker_rows(),
    'last_posted_at', (select max(h.posted_at) from public.multiplatform_post_history h where h.posted_at <= now())
  ) || controls;
end
$$;

revoke execute on function public.post_queue_overview(integer) from public, anon, authenticated;
grant execute on function public.post_queue_overview(integer) to service_role;

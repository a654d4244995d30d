-- How the queue is, cheap on a table of a hundred million rows: every figure comes from a partial index or from the
-- history's index by time, and none counts beyond 5,000 rows. What the last hour and day ended beyond that is taken from the
-- figures that were rolled up.
--
--   stuck_after_seconds  0 or more; an item longer in processing is stuck
--
-- "counts" by status are exact on a small table. On one of more than 64 MB the settled ones are estimated from the
-- planner's statistics, and "counts_estimated" says so.
--
-- "paused" and "limited" say what an operator holds back (see post_queue.controls), "oldest_due_seconds" what waits although
-- nobody does (see post_queue.oldest_due), "workers" who works (see post_queue.worker_rows).
create or replace function public.post_queue_health(stuck_after_seconds integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  controls constant jsonb := post_queue.controls();
  at_most constant integer := 5000;
  queue constant regclass := 'public.multiplatform_post_queue';
  -- The queue itself, or its partitions.
  tables constant oid[] := queue::oid || array(select relid::oid from pg_partition_tree(queue) where isleaf);
  estimated constant boolean := (select sum(pg_relation_size(t)) > 64 * 1024 * 1024 from unnest(tables) as t);
  counts jsonb;
  due bigint;
  scheduled bigint;
  processing bigint;
  stuck bigint;
  posted_last_hour bigint;
  average_seconds numeric;
  failed_last_hour bigint;
  failed_last_day bigint;
begin
  if stuck_after_seconds is null or stuck_after_seconds < 0 then
    raise exception 'post_queue_health needs a stuck_after_seconds of 0 or more'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select count(*)
  into due
  from (
    select
    from public.multiplatform_post_queue
    where status = 'queued' and greatest(scheduled_for, queued_at) <= now()
    order by greatest(scheduled_for, queued_at), id
    limit at_most
  ) as oldest;

  select count(*)
  into scheduled
  from (
    select
    from public.multiplatform_post_queue
    where status = 'queued' and greatest(scheduled_for, queued_at) > now()
    order by greatest(scheduled_for, queued_at), id
    limit at_most
  ) as later;

  select
    count(*),
    count(*) filter (
      where coalesce(processing_started_at, '-infinity'::timestamptz)
        < now() - make_interval(secs => stuck_after_seconds)
    )
  into processing, stuck
  from (
    select processing_started_at
    from public.multiplatform_post_queue
    where status = 'processing'
    order by coalesce(processing_started_at, '-infinity'::timestamptz)
    limit at_most
  ) as in_hand;

  select count(*), round(avg(time_to_post_seconds), 1)
  into posted_last_hour, average_seconds
  from (
    select time_to_post_seconds
    from public.multiplatform_post_history
    where posted_at > now() - interval '1 hour'
    order by posted_at desc
    limit at_most
  ) as posts;

  select count(*) filter (where failed_at > now() - interval '1 hour'), count(*)
  into failed_last_hour, failed_last_day
  from (
    select failed_at
    from public.multiplatform_post_queue
    where status = 'failed' and failed_at > now() - interval '1 day'
    order by failed_at desc
    limit at_most
  ) as failures;

  -- More than that are taken from what was rolled up.
  if posted_last_hour = at_most or failed_last_day = at_most then
    select
      greatest(posted_last_hour, sum(f.posted) filter (where f.starts_at > now() - interval '1 hour')),
      greatest(failed_last_hour, sum(f.failed) filter (where f.starts_at > now() - interval '1 hour')),
      greatest(failed_last_day, sum(f.failed))
    into posted_last_hour, failed_last_hour, failed_last_day
    from post_queue.figures f
    where f.width_seconds = 60 and f.platform = '' and f.starts_at > now() - interval '1 day';
  end if;

  if estimated then
    select jsonb_object_agg(label, coalesce(estimate.number, 0))
    into counts
    from unnest(enum_range(null::public.platform_post_status)) as label
    left join (
      select status.value, round(sum(greatest(c.reltuples, 0) * status.frequency)) as number
      from pg_catalog.pg_class c
      join pg_catalog.pg_stats s
        on s.schemaname = c.relnamespace::regnamespace::text and s.tablename = c.relname and s.attname = 'status'
      cross join unnest(s.most_common_vals::text::text[], s.most_common_freqs) as status (value, frequency)
      where c.oid = any (tables)
        -- What ANALYZE says of a partitioned table is said once more by its partitions.
        and c.relkind = 'r'
      group by status.value
    ) as estimate on estimate.value = label::text;

    counts := counts || jsonb_build_object('queued', due + scheduled, 'processing', processing);
  else
    select jsonb_object_agg(label, coalesce(counted.number, 0))
    into counts
    from unnest(enum_range(null::public.platform_post_status)) as label
    left join (
      select status, count(*) as number
      from public.multiplatform_post_queue
      group by status
    ) as counted on counted.status = label;
  end if;

  return jsonb_build_object(
    'counts', counts,
    'counts_estimated', estimated,
    'due', due,
    'scheduled', scheduled,
    'stuck', stuck,
    'oldest_due_seconds', post_queue.seconds_since(post_queue.oldest_due()),
    'posted_last_hour', posted_last_hour,
    'failed_last_hour', failed_last_hour,
    'failed_last_day', failed_last_day,
    'average_seconds_to_post', average_seconds,
    'workers', post_queue.worker_rows()
  ) || controls;
end
$$;

revoke execute on function public.post_queue_health(integer) from public, anon, authenticated;
grant execute on function public.post_queue_health(integer) to service_role;

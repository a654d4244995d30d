-- What happened in each minute, or each hour, between two times, by platform and ('') in all: straight from the history and
-- the tries, so for few rows of them. A platform that is none of the enum's counts as unknown, because anybody may have written it.
create or replace function post_queue.happened(from_time timestamptz, to_time timestamptz, width interval)
returns table (platform text, starts_at timestamptz, posted bigint, failed bigint, retried bigint, times bigint[])
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  with posts as materialized (
    select
      h.target_platform, date_bin(width, h.posted_at, 'epoch') as starts_at,
      post_queue.time_bin(h.time_to_post_seconds) as bin, count(*) as number
    from public.multiplatform_post_history h
    where h.posted_at >= from_time and h.posted_at < to_time
    group by 1, 2, 3
  ),
  tries as (
    select
      t.target_platform, date_bin(width, t.tried_at, 'epoch') as starts_at,
      count(*) filter (where t.outcome in ('failed', 'given_up')) as failed,
      count(*) filter (where t.outcome in ('retried', 'rescued')) as retried
    from post_queue.tries t
    where t.tried_at >= from_time and t.tried_at < to_time
    group by 1, 2
  ),
  events as (
    select target_platform, starts_at, bin, number as posted, 0 as failed, 0 as retried from posts
    union all
    select target_platform, starts_at, null, 0, failed, retried from tries
  ),
  known as (
    select
      case
        when e.target_platform = any (enum_range(null::public.platform_cluster)::text[]) then e.target_platform
        else 'unknown'
      end as platform,
      e.starts_at, e.bin, sum(e.posted) as posted, sum(e.failed) as failed, sum(e.retried) as retried
    from events e
    group by 1, 2, 3
  ),
  both_ways as (
    select k.platform, k.starts_at, k.bin, k.posted, k.failed, k.retried from known k
    union all
    select '', k.starts_at, k.bin, sum(k.posted), sum(k.failed), sum(k.retried) from known k group by 2, 3
  )
  select
    b.platform, b.starts_at, sum(b.posted)::bigint, sum(b.failed)::bigint, sum(b.retried)::bigint,
    coalesce(
      (
        select array_agg(coalesce(bins.number, 0)::bigint order by places.bin)
        from generate_series(1, max(b.bin)) as places (bin)
        left join unnest(
          array_agg(b.bin) filter (where b.bin is not null),
          array_agg(b.posted) filter (where b.bin is not null)
        ) as bins (bin, number) on bins.bin = places.bin
      ),
      '{}'
    )
  from both_ways b
  group by 1, 2
$$;

revoke execute on function post_queue.happened(timestamptz, timestamptz, interval) from public, anon, authenticated;
grant execute on function post_queue.happened(timestamptz, timestamptz, interval) to service_role;

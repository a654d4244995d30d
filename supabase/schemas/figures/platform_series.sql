-- The last 24 hours of every platform at once, by the hours that were rolled up and the minutes of the one that goes on:
-- {"starts_at", "bucket_seconds", "platforms": [{"platform", "posted": [24 numbers], "seconds_to_post_p50",
-- "seconds_to_post_p95"}, ...]}, by name. The percentiles are of whole hours, at most 5 % off, and null where none has ended.
create or replace function public.post_queue_platform_series()
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set jit = off
as $$
declare
  hours constant integer := 24;
  -- By name, because the figures are found by platform and time.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[] || 'unknown'::text;
  first constant timestamptz := date_trunc('hour', now()) - interval '23 hours';
  minutes_from timestamptz;
  answer jsonb;
begin
  select coalesce(max(f.starts_at) + interval '1 hour', first)
  into minutes_from
  from post_queue.figures f
  where f.width_seconds = 3600 and f.platform = '';

  with figures as materialized (
    select f.platform, f.starts_at, f.posted, f.times
    from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = any (platforms) and f.starts_at >= first
    union all
    select f.platform, date_trunc('hour', f.starts_at), f.posted, null
    from post_queue.figures f
    where f.width_seconds = 60 and f.platform = any (platforms) and f.starts_at >= greatest(first, minutes_from)
  ),
  binned as (
    select figures.platform, post_queue.sum_times(figures.times) as times
    from figures
    group by figures.platform
  ),
  posted as (
    select
      names.platform,
      (
        select jsonb_agg(coalesce(summed.posted, 0) order by place)
        from generate_series(0, hours - 1) as place
        left join (
          select figures.starts_at, sum(figures.posted) as posted
          from figures
          where figures.platform = names.platform
          group by 1
        ) as summed on summed.starts_at = first + make_interval(hours => place)
      ) as posted
    from (select distinct figures.platform from figures) as names
  )
  select jsonb_agg(
    jsonb_build_object(
      'platform', posted.platform,
      'posted', posted.posted,
      'seconds_to_post_p50', post_queue.percentile(binned.times, 0.5),
      'seconds_to_post_p95', post_queue.percentile(binned.times, 0.95)
    )
    order by posted.platform
  )
  into answer
  from posted
  left join binned on binned.platform = posted.platform;

  return jsonb_build_object('starts_at', first, 'bucket_seconds', 3600, 'platforms', coalesce(answer, '[]'));
end
$$;

revoke execute on function public.post_queue_platform_series() from public, anon, authenticated;
grant execute on function public.post_queue_platform_series() to service_role;

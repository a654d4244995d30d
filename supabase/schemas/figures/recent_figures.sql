-- What happened of late, for the overview: in the last 5 minutes, hour and day, and in the last day by platform. From the
-- figures that were rolled up, and from the rows themselves for what came since, of which it reads the last 15 minutes.
-- missing_from says from when on figures before those are missing, because nothing rolled them up; null: none are.
create or replace function post_queue.recent_figures(out recent jsonb, out day jsonb, out missing_from timestamptz)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- By name, because the figures are found by platform and time.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[] || '{"",unknown}'::text[];
  rolled_up_to timestamptz;
  fresh_from timestamptz;
begin
  select max(f.starts_at) + interval '1 minute' into rolled_up_to
  from post_queue.figures f where f.width_seconds = 60 and f.platform = '';
  fresh_from := greatest(coalesce(rolled_up_to, '-infinity'), date_trunc('minute', now() - interval '15 minutes'));
  missing_from := case when rolled_up_to < fresh_from then rolled_up_to end;

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
end
$$;

revoke execute on function post_queue.recent_figures() from public, anon, authenticated;
grant execute on function post_queue.recent_figures() to service_role;

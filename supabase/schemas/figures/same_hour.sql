-- What happened in the hour up to now, one day and one week ago: [{"days_ago", "posted", "failed"}, ...]. From the hours that were
-- rolled up, the two that it lies in each by its share. A day from before the first figure is left out.
create or replace function post_queue.same_hour()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('days_ago', span.days, 'posted', round(summed.posted), 'failed', round(summed.failed)) order by span.days
  ), '[]')
  from (
    select
      days, date_trunc('hour', now() - make_interval(days => days)) as hour,
      extract(epoch from now() - date_trunc('hour', now())) / 3600 as share
    from unnest(array[1, 7]) as days
  ) as span
  cross join lateral (
    select
      coalesce(sum(f.posted * case when f.starts_at = span.hour then span.share else 1 - span.share end), 0) as posted,
      coalesce(sum(f.failed * case when f.starts_at = span.hour then span.share else 1 - span.share end), 0) as failed
    from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = '' and f.starts_at in (span.hour, span.hour - interval '1 hour')
  ) as summed
  where exists (
    select from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = '' and f.starts_at < span.hour
  )
$$;

revoke execute on function post_queue.same_hour() from public, anon, authenticated;
grant execute on function post_queue.same_hour() to service_role;

-- The workers of the last day, the one that reported last first, 20 at most: [{"name", "started_at", "reported_at",
-- "reported_seconds", "is_gone", "completed_at", "completed_seconds", "posted_at", "is_late", "failed_runs", "unsettled",
-- "error", "error_at"}, ...]. One that has said nothing for three minutes is gone. A report of the future is of a clock that was
-- ahead: whoever lives has reported since.
create or replace function post_queue.worker_rows()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(told)) order by told.reported_at desc, told.name), '[]')
  from (
    select
      w.name, w.started_at, w.reported_at, post_queue.seconds_since(w.reported_at) as reported_seconds,
      w.reported_at < now() - interval '3 minutes' as is_gone, w.completed_at,
      post_queue.seconds_since(coalesce(w.completed_at, w.started_at)) as completed_seconds, w.posted_at, w.is_late,
      w.failed_runs, w.unsettled, w.error, w.error_at
    from post_queue.workers w
    where w.reported_at < now() + interval '3 minutes'
    order by w.reported_at desc
    limit 20
  ) as told
$$;

revoke execute on function post_queue.worker_rows() from public, anon, authenticated;
grant execute on function post_queue.worker_rows() to service_role;

-- A worker tells of itself, once a minute and before each heartbeat, in place of what it told before.
--
--   worker  {"id", "name", "started_seconds_ago", "completed_seconds_ago", "posted_seconds_ago", "is_late", "failed_runs",
--           "unsettled", "error", "error_seconds_ago"}: ages, because the clock here is the one clock
--
-- A worker that has said nothing for a day is forgotten. On a database that takes no writes this fails, as a settle would.
create or replace function public.post_queue_report(worker jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  told record;
begin
  select *
  into told
  from jsonb_to_record(worker) as w (
    id uuid, name text, started_seconds_ago double precision, completed_seconds_ago double precision,
    posted_seconds_ago double precision, is_late boolean, failed_runs integer, unsettled integer, error text,
    error_seconds_ago double precision
  );
  if told.id is null or told.name is null or told.started_seconds_ago is null then
    raise exception 'post_queue_report needs a worker with id, name and started_seconds_ago'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Another call of the same worker is at it, as where an answer was lost: it would be waited for.
  if not pg_try_advisory_xact_lock(hashtextextended('post_queue_report ' || told.id, 0)) then
    return to_jsonb(true);
  end if;

  insert into post_queue.workers (
    id, name, started_at, reported_at, completed_at, posted_at, is_late, failed_runs, unsettled, error, error_at
  )
  values (
    told.id, left(told.name, 100), now() - make_interval(secs => told.started_seconds_ago), now(),
    now() - make_interval(secs => told.completed_seconds_ago), now() - make_interval(secs => told.posted_seconds_ago),
    coalesce(told.is_late, false), coalesce(told.failed_runs, 0), coalesce(told.unsettled, 0), left(told.error, 500),
    now() - make_interval(secs => told.error_seconds_ago)
  )
  on conflict (id) do update
  set
    reported_at = excluded.reported_at, completed_at = excluded.completed_at, posted_at = excluded.posted_at,
    is_late = excluded.is_late, failed_runs = excluded.failed_runs, unsettled = excluded.unsettled,
    error = excluded.error, error_at = excluded.error_at;

  delete from post_queue.workers w
  where w.id = any (array(
    select gone.id
    from post_queue.workers gone
    where gone.reported_at not between now() - interval '1 day' and now() + interval '3 minutes'
    for update skip locked
  ));
  perform post_queue.correct_starts();
  perform post_queue.forget_claims();
  return to_jsonb(true);
end
$$;

revoke execute on function public.post_queue_report(jsonb) from public, anon, authenticated;
grant execute on function public.post_queue_report(jsonb) to service_role;

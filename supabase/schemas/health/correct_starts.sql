-- Gives items in processing that began in the future, as after a clock that was ahead, the time of now: no lease would end for
-- them. 1,000 at most; called with each report of a worker.
create or replace function post_queue.correct_starts()
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
  update public.multiplatform_post_queue q
  set processing_started_at = now()
  where q.id = any (array(
      select ahead.id
      from public.multiplatform_post_queue ahead
      where ahead.status = 'processing'
        and coalesce(ahead.processing_started_at, '-infinity'::timestamptz) > now() + interval '1 minute'
      order by coalesce(ahead.processing_started_at, '-infinity'::timestamptz)
      limit 1000
      for no key update skip locked
    ))
    and (select post_queue.triggers_path()) is not null;
  perform post_queue.own_path();
end
$$;

revoke execute on function post_queue.correct_starts() from public, anon, authenticated;
grant execute on function post_queue.correct_starts() to service_role;

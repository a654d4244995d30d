-- Deletes up to 1,000 rows of the history that are older than the given time, the oldest first, passes locked ones by, and
-- writes it down in post_queue.actions.
--
--   older_than       at least a day ago
--   idempotency_key  under which it is written down: one row for all portions with the same key
--   actor            whose order it is
--
-- Gives how many rows it deleted: fewer than 1,000 means that this was the last portion, or that another call is at it.
create or replace function public.post_queue_prune_history(older_than timestamptz, idempotency_key text, actor text)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
set enable_seqscan = off
set jit = off
as $$
declare
  deleted integer;
begin
  if not post_queue.begin_prune(
    'post_queue_prune_history', 'public.multiplatform_post_history', 'history', older_than, idempotency_key, actor
  )
  then
    return to_jsonb(0);
  end if;

  with held as materialized (
    select h.id
    from public.multiplatform_post_history h
    where h.posted_at < older_than
    order by h.posted_at
    limit 1000
    for update skip locked
  )
  delete from public.multiplatform_post_history h using held
  where h.id = held.id and (select post_queue.triggers_path()) is not null;
  get diagnostics deleted = row_count;
  perform post_queue.own_path();

  if deleted > 0 then
    perform post_queue.record_prune(
      idempotency_key, actor, jsonb_build_object('history', true, 'to', older_than), deleted, deleted < 1000
    );
  end if;
  return to_jsonb(deleted);
end
$$;

revoke execute on function public.post_queue_prune_history(timestamptz, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_prune_history(timestamptz, text, text) to service_role;

-- Deletes changes from the record that were last worked on before the given time, the oldest first, with what it keeps of their
-- items: up to 1,000 rows of both. None of them can be undone or gone on with afterwards. Passes locked ones by, and writes it
-- down in post_queue.actions.
--
--   older_than       at least a day ago
--   idempotency_key  under which it is written down: one row for all portions with the same key
--   actor            whose order it is
--
-- Gives how many rows it deleted: fewer than 1,000 means that this was the last portion, or that another call is at it.
create or replace function public.post_queue_prune_changes(older_than timestamptz, idempotency_key text, actor text)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
set enable_seqscan = off
set jit = off
as $$
declare
  old uuid[];
  items integer;
  changes integer := 0;
begin
  if not post_queue.begin_prune(
    'post_queue_prune_changes', 'post_queue.actions', 'record', older_than, idempotency_key, actor
  )
  then
    return to_jsonb(0);
  end if;

  select array_agg(held.id order by held.updated_at) into old
  from (
    select a.id, a.updated_at
    from post_queue.actions a
    where a.updated_at < older_than
    order by a.updated_at
    limit 1000
    for update skip locked
  ) as held;

  -- One change may have a million items: they go first, and the changes when none of them is left.
  delete from post_queue.changed_items c
  where (c.action_id, c.item_id) in (
    select i.action_id, i.item_id from post_queue.changed_items i where i.action_id = any (old) limit 1000
  );
  get diagnostics items = row_count;
  if items < 1000 then
    delete from post_queue.actions a where a.id = any (old[:1000 - items]);
    get diagnostics changes = row_count;
  end if;

  if items + changes > 0 then
    perform post_queue.record_prune(
      idempotency_key, actor, jsonb_build_object('changes', true, 'to', older_than), changes, items + changes < 1000
    );
  end if;
  return to_jsonb(items + changes);
end
$$;

revoke execute on function public.post_queue_prune_changes(timestamptz, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_prune_changes(timestamptz, text, text) to service_role;

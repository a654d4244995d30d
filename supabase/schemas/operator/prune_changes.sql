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
#variable_conflict use_column
declare
  key constant text := idempotency_key;
  this_actor constant text := left(actor, 200);
  old uuid[];
  items integer;
  changes integer := 0;
begin
  if older_than is null or older_than > now() - interval '1 day' or key is null or this_actor is null then
    raise exception 'post_queue_prune_changes needs a time at least a day ago, a key and an actor'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active('post_queue.actions') then
    raise exception 'row-level security hides the record from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if not pg_try_advisory_xact_lock(hashtextextended('post_queue_prune_changes', 0)) then
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
    insert into post_queue.actions as a (
      idempotency_key, verb, actor, filter, item_limit, finished, portions, meant, done
    )
    values (
      key, 'prune', this_actor, jsonb_build_object('changes', true, 'to', older_than), 1000000, items + changes < 1000, 1,
      changes, changes
    )
    on conflict (idempotency_key) do update
    set
      updated_at = now(), finished = excluded.finished, portions = a.portions + 1, meant = a.meant + excluded.meant,
      done = a.done + excluded.done;
  end if;
  return to_jsonb(items + changes);
end
$$;

revoke execute on function public.post_queue_prune_changes(timestamptz, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_prune_changes(timestamptz, text, text) to service_role;

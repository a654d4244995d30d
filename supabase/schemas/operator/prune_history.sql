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
#variable_conflict use_column
declare
  key constant text := idempotency_key;
  this_actor constant text := left(actor, 200);
  deleted integer;
begin
  if older_than is null or older_than > now() - interval '1 day' or key is null or this_actor is null then
    raise exception 'post_queue_prune_history needs a time at least a day ago, a key and an actor'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the history from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if not pg_try_advisory_xact_lock(hashtextextended('post_queue_prune_history', 0)) then
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
    insert into post_queue.actions as a (
      idempotency_key, verb, actor, filter, item_limit, finished, portions, meant, done
    )
    values (
      key, 'prune', this_actor, jsonb_build_object('history', true, 'to', older_than), 1000000, deleted < 1000, 1,
      deleted, deleted
    )
    on conflict (idempotency_key) do update
    set
      updated_at = now(), finished = excluded.finished, portions = a.portions + 1, meant = a.meant + excluded.meant,
      done = a.done + excluded.done;
  end if;
  return to_jsonb(deleted);
end
$$;

revoke execute on function public.post_queue_prune_history(timestamptz, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_prune_history(timestamptz, text, text) to service_role;

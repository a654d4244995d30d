-- Writes a portion of a prune of rows that are no items down in post_queue.actions: one row for all with the same key.
--
--   filter  what was pruned
--   done    how many rows of it
create or replace function post_queue.record_prune(
  idempotency_key text, actor text, filter jsonb, done integer, finished boolean
)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  insert into post_queue.actions as a (
    idempotency_key, verb, actor, filter, item_limit, finished, portions, meant, done
  )
  values (idempotency_key, 'prune', left(actor, 200), filter, 1000000, finished, 1, done, done)
  on conflict (idempotency_key) do update
  set
    updated_at = now(), finished = excluded.finished, portions = a.portions + 1, meant = a.meant + excluded.meant,
    done = a.done + excluded.done
$$;

revoke execute on function post_queue.record_prune(text, text, jsonb, integer, boolean) from public, anon, authenticated;
grant execute on function post_queue.record_prune(text, text, jsonb, integer, boolean) to service_role;

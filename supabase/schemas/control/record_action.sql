-- Writes down in post_queue.actions, within the caller's transaction, a change that was done in one step.
--
--   verb             pause, resume, limit or reset_stuck
--   filter           what it was about
--   idempotency_key  null: one of its own
--   meant, done      how many it was about, and how many it changed; the rest was already as it was to be
create or replace function post_queue.record_action(
  verb text, actor text, reason text, filter jsonb, idempotency_key text, meant bigint, done bigint
)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  insert into post_queue.actions (
    idempotency_key, verb, actor, reason, filter, finished, portions, meant, done, left_alone
  )
  values (
    coalesce(idempotency_key, public.uuid_v7()::text), verb, left(actor, 200), left(reason, 1000), filter, true, 1, meant, done,
    case when done < meant then jsonb_build_object('unchanged', meant - done) else '{}' end
  )
$$;

revoke execute on function post_queue.record_action(text, text, text, jsonb, text, bigint, bigint)
  from public, anon, authenticated;
grant execute on function post_queue.record_action(text, text, text, jsonb, text, bigint, bigint) to service_role;

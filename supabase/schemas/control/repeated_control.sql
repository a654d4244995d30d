-- What a pause, a resume or a limit answers where its key was used before: the controls as they are now and "changed" as it
-- was then, or "conflict" where the key belongs to another change. Null where there is no key, or a new one: then it is to be
-- done. The caller sets lock_timeout.
create or replace function post_queue.repeated_control(verb text, filter jsonb, idempotency_key text)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  this_verb constant text := verb;
  this_filter constant jsonb := filter;
  key constant text := idempotency_key;
  entry post_queue.actions;
begin
  if key is null then
    return null;
  end if;

  -- A change of items under the same key ends first: see post_queue.change.
  perform pg_advisory_xact_lock(hashtextextended('post_queue_change ' || key, 0));
  select a.* into entry from post_queue.actions a where a.idempotency_key = key;
  if not found then
    return null;
  end if;
  return post_queue.controls() || case
    when entry.verb = this_verb and entry.filter = this_filter then jsonb_build_object('changed', entry.done > 0)
    else jsonb_build_object('changed', false, 'conflict', true)
  end;
end
$$;

revoke execute on function post_queue.repeated_control(text, jsonb, text) from public, anon, authenticated;
grant execute on function post_queue.repeated_control(text, jsonb, text) to service_role;

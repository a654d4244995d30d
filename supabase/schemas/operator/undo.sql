-- Takes a cancel back: its items become again what they were, with the failure that they had, and an item that was in
-- processing is queued. An item that anybody touched since is left alone. action and portion as post_queue.change takes
-- them; action's "of" is the idempotency key of the cancel.
create or replace function public.post_queue_undo(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('undo', action, portion)
$$;

revoke execute on function public.post_queue_undo(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_undo(jsonb, integer) to service_role;

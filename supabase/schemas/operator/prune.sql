-- Deletes posted, failed or cancelled items that are older than the filter's "to", which is at least a day ago. What is
-- queued or in processing is never deleted. action and portion as post_queue.change takes them.
create or replace function public.post_queue_prune(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('prune', action, portion)
$$;

revoke execute on function public.post_queue_prune(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_prune(jsonb, integer) to service_role;

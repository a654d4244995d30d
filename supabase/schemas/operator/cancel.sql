-- Cancels items that are queued, in processing or failed. An item in hand is lost to its worker, which does not post it.
-- action and portion as post_queue.change takes them; the filter names one of the three statuses.
create or replace function public.post_queue_cancel(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('cancel', action, portion)
$$;

revoke execute on function public.post_queue_cancel(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_cancel(jsonb, integer) to service_role;

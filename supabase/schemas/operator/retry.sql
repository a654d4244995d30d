-- Queues failed items again, and cancelled ones, with their retries set back and due now, or when they were scheduled for. An
-- item that has its post is marked posted instead. action and portion as post_queue.change takes them; the filter names the
-- status failed or cancelled.
create or replace function public.post_queue_retry(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('retry', action, portion)
$$;

revoke execute on function public.post_queue_retry(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_retry(jsonb, integer) to service_role;

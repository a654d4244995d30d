-- Tells workers to look: for what lets due items go without queueing them, such as a retry or the end of a pause. See
-- post_queue_wake for the hints of those who queue.
create or replace function post_queue.hint()
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select pg_notify('post_queue', '')
  where pg_notification_queue_usage() < 0.5
$$;

revoke execute on function post_queue.hint() from public, anon, authenticated;
grant execute on function post_queue.hint() to service_role;

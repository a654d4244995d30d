-- The version of the queue's SQL functions. What the app comes to need raises it: the app refuses to run on a lower
-- version, and runs on a higher one. Which versions of the app it serves says post_queue.serves.
create or replace function public.post_queue_version()
returns integer
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select 5
$$;

revoke execute on function public.post_queue_version() from public, anon, authenticated;
grant execute on function public.post_queue_version() to service_role;

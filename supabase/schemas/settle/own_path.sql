-- Goes back to the search_path that the app's functions have: see post_queue.triggers_path.
create or replace function post_queue.own_path()
returns text
language sql
volatile
security invoker
as $$
  select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)
$$;

revoke execute on function post_queue.own_path() from public, anon, authenticated;
grant execute on function post_queue.own_path() to service_role;

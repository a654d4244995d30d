-- What a function is, in short: what it does, by whose rights, and under which settings.
create or replace function post_queue.digest(function pg_proc)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select md5(concat_ws(E'\n', function.prosrc, function.prosecdef, function.provolatile, function.proconfig))
$$;

revoke execute on function post_queue.digest(pg_proc) from public, anon, authenticated;
grant execute on function post_queue.digest(pg_proc) to service_role;

-- Gives the rest of a statement the search_path that triggers of others expect: they may name their tables without a schema. A
-- statement's own names are resolved when it is planned, under the path of the function that it stands in; its triggers
-- run when it is executed. So a statement that writes production's tables asks for this in its condition,
--
--   (select post_queue.triggers_path()) is not null
--
-- which is evaluated before its first row, and its function goes back with post_queue.own_path() right after. Like that no
-- object that somebody puts into public or extensions, such as a format(text, integer), is ever taken for a built-in one.
create or replace function post_queue.triggers_path()
returns text
language sql
volatile
security invoker
as $$
  select pg_catalog.set_config('search_path', 'public, extensions', true)
$$;

revoke execute on function post_queue.triggers_path() from public, anon, authenticated;
grant execute on function post_queue.triggers_path() to service_role;

-- Whether an error is the environment's, and so is charged to no item: the server's memory, disk, limits or stop, its own
-- faults, and what only transactions stricter than read committed meet. Under read committed a serialization failure or a
-- deadlock of a single insertion is raised by what hangs on it.
create or replace function post_queue.is_environment(state text)
returns boolean
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select left(state, 2) in ('53', '54', '57', '58', 'XX')
    or left(state, 2) = '40' and current_setting('transaction_isolation') <> 'read committed'
    or state = '25006'
$$;

revoke execute on function post_queue.is_environment(text) from public, anon, authenticated;
grant execute on function post_queue.is_environment(text) to service_role;

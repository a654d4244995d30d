-- Which versions of the app these functions serve: from the first that needs no more than they have, to before the next major
-- one, for which something may be gone.
create or replace function post_queue.serves()
returns text
language sql
immutable
security invoker
as $$
  select 'from 1.0.0, before 2.0.0'
$$;

revoke execute on function post_queue.serves() from public, anon, authenticated;
grant execute on function post_queue.serves() to service_role;

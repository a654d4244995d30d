-- A count that went no further than at_most, and what it is worth: exact, or at_least.
create or replace function post_queue.bounded(counted numeric, at_most integer)
returns jsonb
language sql
immutable
parallel safe
security invoker
as $$
  select jsonb_build_object(
    'count', coalesce(counted, 0),
    'precision', case when coalesce(counted, 0) < at_most then 'exact' else 'at_least' end
  )
$$;

revoke execute on function post_queue.bounded(numeric, integer) from public, anon, authenticated;
grant execute on function post_queue.bounded(numeric, integer) to service_role;

-- The bin of a time to post, 1 to 249: eight bins from each time to its double, so that a percentile read from them is at
-- most 5 % off.
create or replace function post_queue.time_bin(seconds integer)
returns integer
language sql
immutable
parallel safe
security invoker
as $$
  select 1 + floor(8 * ln(greatest(seconds, 0)::double precision + 1) / ln(2::double precision))::integer
$$;

revoke execute on function post_queue.time_bin(integer) from public, anon, authenticated;
grant execute on function post_queue.time_bin(integer) to service_role;

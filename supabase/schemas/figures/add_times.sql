-- Adds counts of post_queue.figures.times, bin by bin.
create or replace function post_queue.add_times(a bigint[], b bigint[])
returns bigint[]
language sql
immutable
parallel safe
security invoker
as $$
  select case
    when cardinality(a) = 0 then b
    when cardinality(b) = 0 then a
    else array(
      select coalesce(a[place], 0) + coalesce(b[place], 0)
      from generate_series(1, greatest(cardinality(a), cardinality(b))) as place
    )
  end
$$;

revoke execute on function post_queue.add_times(bigint[], bigint[]) from public, anon, authenticated;
grant execute on function post_queue.add_times(bigint[], bigint[]) to service_role;

-- Sums counts of post_queue.figures.times, bin by bin.
create or replace aggregate post_queue.sum_times(bigint[]) (
  sfunc = post_queue.add_times, stype = bigint[], initcond = '{}', parallel = safe
);

revoke execute on function post_queue.sum_times(bigint[]) from public, anon, authenticated;
grant execute on function post_queue.sum_times(bigint[]) to service_role;

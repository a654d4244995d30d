-- The time to post, in seconds, that the given share of the posts took at most; null where there were none.
--
--   times  counts by the bins of post_queue.time_bin
--   share  0 to 1
create or replace function post_queue.percentile(times bigint[], share double precision)
returns numeric
language sql
immutable
parallel safe
security invoker
as $$
  select round((power(2, (bins.bin - 0.5) / 8) - 1)::numeric, case when bins.bin < 30 then 1 else 0 end)
  from (
    select bin, number, sum(number) over (order by bin) as so_far, sum(number) over () as total
    from unnest(times) with ordinality as counted (number, bin)
  ) as bins
  where bins.number > 0 and bins.so_far >= share * bins.total
  order by bins.bin
  limit 1
$$;

revoke execute on function post_queue.percentile(bigint[], double precision) from public, anon, authenticated;
grant execute on function post_queue.percentile(bigint[], double precision) to service_role;

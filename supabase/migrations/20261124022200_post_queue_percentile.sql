-- The time to post, in seconds, that the given share of the posts took at most; null where there were none.
--
--   times  counts by the bins of post_queue_time_bin
--   share  0 to 1
create or replace function public.post_queue_percentile(times bigint[], share double precision)
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

revoke execute on function public.post_queue_percentile(bigint[], double precision) from public, anon, authenticated;
grant execute on function public.post_queue_percentile(bigint[], double precision) to service_role;

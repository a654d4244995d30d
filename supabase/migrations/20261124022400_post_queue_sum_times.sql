-- Sums counts of post_queue_figures.times, bin by bin.
create or replace function public.post_queue_add_times(a bigint[], b bigint[])
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

create or replace aggregate public.post_queue_sum_times(bigint[]) (
  sfunc = public.post_queue_add_times, stype = bigint[], initcond = '{}', parallel = safe
);

revoke execute on function public.post_queue_add_times(bigint[], bigint[]) from public, anon, authenticated;
revoke execute on function public.post_queue_sum_times(bigint[]) from public, anon, authenticated;
grant execute on function public.post_queue_add_times(bigint[], bigint[]) to service_role;
grant execute on function public.post_queue_sum_times(bigint[]) to service_role;

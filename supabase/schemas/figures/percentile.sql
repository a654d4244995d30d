-- The time to post, in seconds, that the given share of the posts took at most; null where there were none.
--
--   times  counts by the bins of post_queue.time_bin
--   share  0 to 1
create or replace function post_queue.percentile(times bigint[], share double precision)
returns numeric
language plpgsql
immutable
strict
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted constant double precision := share * (select sum(number) from unnest(times) as number);
  so_far bigint := 0;
begin
  -- A loop: as one query over windows it takes four times as long, and a series asks twice for each of its buckets.
  for bin in 1..cardinality(times) loop
    so_far := so_far + times[bin];
    if times[bin] > 0 and so_far >= wanted then
      return round((power(2, (bin - 0.5) / 8) - 1)::numeric, case when bin < 30 then 1 else 0 end);
    end if;
  end loop;
  return null;
end
$$;

revoke execute on function post_queue.percentile(bigint[], double precision) from public, anon, authenticated;
grant execute on function post_queue.percentile(bigint[], double precision) to service_role;

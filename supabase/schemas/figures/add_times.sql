-- Adds counts of post_queue.figures.times, bin by bin; null where either is. An aggregate over it passes by what is null.
create or replace function post_queue.add_times(a bigint[], b bigint[])
returns bigint[]
language plpgsql
immutable
strict
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  sums bigint[] := a;
begin
  if cardinality(b) > cardinality(a) then
    sums := b;
    b := a;
  end if;
  for place in 1..cardinality(b) loop
    -- Most are 0.
    if b[place] <> 0 then
      sums[place] := sums[place] + b[place];
    end if;
  end loop;
  return sums;
end
$$;

revoke execute on function post_queue.add_times(bigint[], bigint[]) from public, anon, authenticated;
grant execute on function post_queue.add_times(bigint[], bigint[]) to service_role;

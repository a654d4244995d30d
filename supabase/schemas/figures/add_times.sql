-- Adds counts of post_queue.figures.times, bin by bin; null where either is. An aggregate over it passes by what is null.
--
-- It runs once a row of figures, and settings of its own would take an eighth of the time: it names even operators in full.
create or replace function post_queue.add_times(a bigint[], b bigint[])
returns bigint[]
language plpgsql
immutable
strict
parallel safe
security invoker
as $$
declare
  sums bigint[] := a;
begin
  if pg_catalog.cardinality(b) operator(pg_catalog.>) pg_catalog.cardinality(a) then
    sums := b;
    b := a;
  end if;
  for place in 1..pg_catalog.cardinality(b) loop
    -- Most are 0.
    if b[place] operator(pg_catalog.<>) 0 then
      sums[place] := sums[place] operator(pg_catalog.+) b[place];
    end if;
  end loop;
  return sums;
end
$$;

revoke execute on function post_queue.add_times(bigint[], bigint[]) from public, anon, authenticated;
grant execute on function post_queue.add_times(bigint[], bigint[]) to service_role;

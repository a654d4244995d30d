-- How many seconds ago a moment was; 0 where there was none. A moment in a row may be at either end of what a timestamp can be.
create or replace function post_queue.seconds_since(moment timestamptz)
returns numeric
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case
    when moment is null then 0
    when isfinite(moment) then least(greatest(round(extract(epoch from now() - moment)), 0), 2147483647)
    else 2147483647
  end
$$;

revoke execute on function post_queue.seconds_since(timestamptz) from public, anon, authenticated;
grant execute on function post_queue.seconds_since(timestamptz) to service_role;

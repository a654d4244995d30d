-- A time as ISO 8601 can say it: null where it lies outside the years 1 to 9999, as a row may hold anything.
create or replace function post_queue.moment(value timestamptz)
returns timestamptz
language sql
stable
security invoker
as $$
  select case when value between '0001-01-01Z'::timestamptz and '9999-12-31Z'::timestamptz then value end
$$;

revoke execute on function post_queue.moment(timestamptz) from public, anon, authenticated;
grant execute on function post_queue.moment(timestamptz) to service_role;

-- From when the next post of a limited platform may be taken: what post_queue.limits says, unless that is further ahead than
-- one post can be from the next. Then a clock that was ahead has set it, and it counts as now.
create or replace function post_queue.next_moment(next_at timestamptz, per_minute integer)
returns timestamptz
language sql
stable
security invoker
as $$
  select case
    when next_at > now() + 2 * interval '1 minute' / per_minute + interval '1 second' then now()
    else next_at
  end
$$;

revoke execute on function post_queue.next_moment(timestamptz, integer) from public, anon, authenticated;
grant execute on function post_queue.next_moment(timestamptz, integer) to service_role;

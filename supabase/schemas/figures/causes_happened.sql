-- How many tries ended as failed in each minute, or each hour, between two times, by cause: straight from the tries, so for few
-- of them. An error may be anything, and each its own cause: of more than 200 in one minute the rest is counted together.
create or replace function post_queue.causes_happened(from_time timestamptz, to_time timestamptz, width interval)
returns table (starts_at timestamptz, cause text, failed bigint)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  select
    counted.starts_at, case when counted.place <= 200 then counted.cause else '(other causes)' end, sum(counted.failed)::bigint
  from (
    select
      date_bin(width, t.tried_at, 'epoch') as starts_at, public.error_cause(t.error) as cause, count(*) as failed,
      row_number() over (partition by date_bin(width, t.tried_at, 'epoch') order by count(*) desc, public.error_cause(t.error)) as place
    from post_queue.tries t
    where t.tried_at >= from_time and t.tried_at < to_time and t.outcome in ('failed', 'given_up')
    group by 1, 2
  ) as counted
  group by 1, 2
$$;

revoke execute on function post_queue.causes_happened(timestamptz, timestamptz, interval) from public, anon, authenticated;
grant execute on function post_queue.causes_happened(timestamptz, timestamptz, interval) to service_role;

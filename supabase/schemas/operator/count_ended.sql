-- How many items are posted or cancelled, for the overview: {"count", "precision"}. The planner's estimate where that says that
-- there are many; else exact up to a number.
--
--   ended    posted or cancelled
--   at_most  the number
create or replace function post_queue.count_ended(ended public.platform_post_status, at_most integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  estimated bigint;
  counted bigint;
begin
  select round(c.reltuples * s.frequency)
  into estimated
  from pg_catalog.pg_class c
  cross join (
    select unnest(most_common_vals::text::text[]) as value, unnest(most_common_freqs) as frequency
    from pg_catalog.pg_stats
    where schemaname = 'public' and tablename = 'multiplatform_post_queue' and attname = 'status'
  ) as s
  where c.oid = 'public.multiplatform_post_queue'::regclass and s.value = ended::text;

  -- Well above, because statistics grow old.
  if estimated > 2 * at_most then
    return jsonb_build_object('count', estimated, 'precision', 'estimated');
  end if;

  -- In no order: then the index alone says it, where to name what it is ordered by would read each row. Each status by its name,
  -- without which the planner would not know that its index serves.
  if ended = 'posted' then
    select count(*)
    into counted
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'posted'
      limit at_most
    ) as bounded;
  else
    select count(*)
    into counted
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'cancelled'
      limit at_most
    ) as bounded;
  end if;
  return post_queue.bounded(counted, at_most);
end
$$;

revoke execute on function post_queue.count_ended(public.platform_post_status, integer) from public, anon, authenticated;
grant execute on function post_queue.count_ended(public.platform_post_status, integer) to service_role;

-- How many items are posted, for the overview: {"count", "precision"}, exact up to a number, then the planner's estimate.
--
--   at_most  the number
create or replace function post_queue.count_posted(at_most integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  posted jsonb;
begin
  select jsonb_build_object(
    'count', count(*), 'precision', case when count(*) < at_most then 'exact' else 'at_least' end
  )
  into posted
  from (
    select
    from public.multiplatform_post_queue q
    where q.status = 'posted'
    order by coalesce(q.completed_at, q.queued_at), q.id
    limit at_most
  ) as bounded;
  if posted ->> 'precision' = 'at_least' then
    select jsonb_build_object('count', round(c.reltuples * s.frequency), 'precision', 'estimated')
    into posted
    from pg_catalog.pg_class c
    cross join (
      select unnest(most_common_vals::text::text[]) as value, unnest(most_common_freqs) as frequency
      from pg_catalog.pg_stats
      where schemaname = 'public' and tablename = 'multiplatform_post_queue' and attname = 'status'
    ) as s
    where c.oid = 'public.multiplatform_post_queue'::regclass and s.value = 'posted' and c.reltuples * s.frequency > at_most;
    posted := coalesce(posted, jsonb_build_object('count', at_most, 'precision', 'at_least'));
  end if;
  return posted;
end
$$;

revoke execute on function post_queue.count_posted(integer) from public, anon, authenticated;
grant execute on function post_queue.count_posted(integer) to service_role;

-- How many items match a filter from one place of its walk on, among the next 200,000: {"count", "precision"}, exact, or
-- at_least where there are more to look at.
--
--   after_key, after_id  as post_queue.walk takes them
--   came_before          only items that matched before this time
create or replace function post_queue.matching(
  filter jsonb, after_key timestamptz, after_id uuid, came_before timestamptz
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 200000;
  walk constant text := post_queue.walk(filter, false, after_key, after_id, at_most);
  number bigint;
  is_cut boolean;
begin
  execute format(
    'select
       count(*) filter (where %s and case when q.status = ''queued'' then q.queued_at else q.walk_key end <= %L),
       count(*) = %s
     from (%s) q',
    post_queue.condition(filter), came_before, at_most, walk
  )
  into number, is_cut;
  return jsonb_build_object('count', number, 'precision', case when is_cut then 'at_least' else 'exact' end);
end
$$;

revoke execute on function post_queue.matching(jsonb, timestamptz, uuid, timestamptz) from public, anon, authenticated;
grant execute on function post_queue.matching(jsonb, timestamptz, uuid, timestamptz) to service_role;

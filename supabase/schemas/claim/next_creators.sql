-- The creators whose turn comes next: those who have something due, in the order of their ids, which means nothing to
-- anybody. One entry of the index by creator is read for each, however many items they have.
--
--   after_creator, last_creator  between whom to look; the first is left out
--   at_most                      how many creators to find
--
-- Gives them, the last one that was looked at, and whether that was the last there is. Creators who have only items for
-- later are passed by, 1,000 of them at most and four for each that is wanted.
create or replace function post_queue.next_creators(
  after_creator uuid, last_creator uuid, at_most integer,
  out creators uuid[], out looked_at uuid, out is_end boolean
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  most_looks constant integer := 1000 + 4 * at_most;
  looks integer;
  found_creators integer;
begin
  with recursive look as (
    select first.creator_id, first.is_due, 1 as place, first.is_due::integer as due_creators
    from (
      select q.creator_id, greatest(q.scheduled_for, q.queued_at) <= now() as is_due
      from public.multiplatform_post_queue q
      where q.status = 'queued' and q.creator_id > after_creator and q.creator_id <= last_creator
      order by q.creator_id, greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as first
    union all
    select next.creator_id, next.is_due, look.place + 1, look.due_creators + next.is_due::integer
    from look
    cross join lateral (
      select q.creator_id, greatest(q.scheduled_for, q.queued_at) <= now() as is_due
      from public.multiplatform_post_queue q
      where q.status = 'queued' and q.creator_id > look.creator_id and q.creator_id <= last_creator
      order by q.creator_id, greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as next
    where look.due_creators < at_most and look.place < most_looks
  )
  select
    coalesce(array_agg(look.creator_id order by look.place) filter (where look.is_due), '{}'),
    (array_agg(look.creator_id order by look.place desc))[1],
    count(*),
    count(*) filter (where look.is_due)
  into creators, looked_at, looks, found_creators
  from look;
  is_end := found_creators < at_most and looks < most_looks;
end
$$;

revoke execute on function post_queue.next_creators(uuid, uuid, integer) from public, anon, authenticated;
grant execute on function post_queue.next_creators(uuid, uuid, integer) to service_role;

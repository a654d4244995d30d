-- Where the oldest due items stand that nothing holds back. The index by platform is walked from name to name, one entry
-- each, however many items wait; of the platforms whose oldest item is oldest, as many as a batch has places, a batch is
-- read. Nothing is locked.
--
--   held_back  the platforms that nothing may be taken of
--   limited    the platforms that not any number may be taken of; null: there is none
--   quotas     how many items of each of those at most
--   at_most    how many items in all
--
-- Gives the oldest of them whose platform is neither limited nor a stranger's, too: see post_queue.pick_behind.
--
-- An item of a platform that is no value of platform_cluster is a stranger, to be refused, whatever is held back: such
-- items come behind the others. After 100 strange names only one is looked at between two known ones, or whoever may queue
-- items could make each claim look at a million made-up names.
create or replace function post_queue.pick_open(
  held_back text[], limited text[], quotas integer[], at_most integer, out item_tables oid[], out item_addresses tid[],
  out first_due_at timestamptz, out first_id uuid
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
  known constant text[] := enum_range(null::public.platform_cluster)::text[];
begin
  with recursive walk as (
    select first.*, first.platform <> all (known) as is_strange, 0 as strangers
    from (
      select left(q.target_platform, 63) as platform, greatest(q.scheduled_for, q.queued_at) as due_at, q.id
      from public.multiplatform_post_queue q
      where q.status = 'queued'
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as first
    union all
    select next.*, next.platform <> all (known), walk.strangers + walk.is_strange::integer
    from walk
    cross join lateral (
      select left(q.target_platform, 63) as platform, greatest(q.scheduled_for, q.queued_at) as due_at, q.id
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        and left(q.target_platform, 63) > walk.platform
        and left(q.target_platform, 63) >= case
          when walk.is_strange and walk.strangers >= 100 then
            (select min(name) from unnest(known) as name where name > walk.platform)
          else ''
        end
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as next
  )
  select
    array_agg(oldest.item_table), array_agg(oldest.item_address),
    (array_agg(oldest.due_at) filter (where oldest.is_free))[1], (array_agg(oldest.id) filter (where oldest.is_free))[1]
  into item_tables, item_addresses, first_due_at, first_id
  from (
    select item.*
    from (
      select walk.platform, walk.is_strange, walk.due_at, quotas[array_position(limited, walk.platform)] as quota
      from walk
      where walk.due_at <= now()
        and walk.platform <> all (held_back)
        and coalesce(quotas[array_position(limited, walk.platform)], 1) > 0
      order by walk.is_strange, walk.due_at, walk.id
      limit at_most
    ) as open
    cross join lateral (
      select
        q.tableoid as item_table, q.ctid as item_address, open.is_strange,
        greatest(q.scheduled_for, q.queued_at) as due_at, q.id, not open.is_strange and open.quota is null as is_free
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        -- With "= any" only the index by platform gives the order; with "=" the due index would, too, and be read to its end.
        and left(q.target_platform, 63) = any (array[open.platform])
        -- Not from the beginning: what was claimed just now has its entries there, dead until they are vacuumed.
        and greatest(q.scheduled_for, q.queued_at) between open.due_at and now()
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit least(open.quota, at_most)
    ) as item
    order by item.is_strange, item.due_at, item.id
    limit at_most
  ) as oldest;
end
$$;

revoke execute on function post_queue.pick_open(text[], text[], integer[], integer) from public, anon, authenticated;
grant execute on function post_queue.pick_open(text[], text[], integer[], integer) to service_role;

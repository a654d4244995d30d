-- Where the oldest due items of the open platforms stand: a few entries of the index by platform for each of them, however
-- many items of other platforms wait. Nothing is locked.
--
--   platforms  the open platforms; null: none is
--   quotas     how many items of each at most; null: any number
--   at_most    how many items in all
--
-- An item of a platform that is no value of platform_cluster is to be refused, whatever is paused: such items come behind
-- the others, out of the gaps between the known names. Of each gap 1,000 entries are read at most, or whoever may queue
-- items could make each claim read a million of them.
create or replace function public.post_queue_pick_open(
  platforms text[], quotas integer[], at_most integer, out item_tables oid[], out item_addresses tid[]
)
language plpgsql
stable
security invoker
set search_path = ''
set enable_seqscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  known text[];
  last_name text;
  unknown_tables oid[];
  unknown_addresses tid[];
begin
  select array_agg(oldest.item_table), array_agg(oldest.item_address)
  into item_tables, item_addresses
  from (
    select item.*
    -- The empty name lies before all gaps, which are told by the names at their ends.
    from unnest(platforms || array[''], quotas || array[at_most]) as open (platform, quota)
    cross join lateral (
      select
        q.tableoid as item_table, q.ctid as item_address, coalesce(q.scheduled_for, q.queued_at) as due_at, q.id
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        -- With "= any" only the index by platform gives the order; with "=" the due index would, too, and be read to its end.
        and left(q.target_platform, 63) = any (array[open.platform])
        and coalesce(q.scheduled_for, q.queued_at) <= now()
      order by left(q.target_platform, 63), coalesce(q.scheduled_for, q.queued_at), q.id
      limit least(open.quota, at_most)
    ) as item
    order by item.due_at, item.id
    limit at_most
  ) as oldest;

  if coalesce(cardinality(item_tables), 0) >= at_most then
    return;
  end if;

  known := array[''] || enum_range(null::public.platform_cluster)::text[];
  last_name := (select max(name) from unnest(known) as name);
  select array_agg(unknown.item_table), array_agg(unknown.item_address)
  into unknown_tables, unknown_addresses
  from (
    select item.*
    from (
      select name, lead(name) over (order by name) as next_name
      from unnest(known) as name
    ) as gap
    cross join lateral (
      select entry.item_table, entry.item_address
      from (
        select
          q.tableoid as item_table, q.ctid as item_address, coalesce(q.scheduled_for, q.queued_at) as due_at
        from public.multiplatform_post_queue q
        where q.status = 'queued' and left(q.target_platform, 63) > gap.name and left(q.target_platform, 63) < gap.next_name
        order by left(q.target_platform, 63), coalesce(q.scheduled_for, q.queued_at), q.id
        limit 1000
      ) as entry
      where entry.due_at <= now()
    ) as item
    union all
    select entry.item_table, entry.item_address
    from (
      select
        q.tableoid as item_table, q.ctid as item_address, coalesce(q.scheduled_for, q.queued_at) as due_at
      from public.multiplatform_post_queue q
      where q.status = 'queued' and left(q.target_platform, 63) > last_name
      order by left(q.target_platform, 63), coalesce(q.scheduled_for, q.queued_at), q.id
      limit 1000
    ) as entry
    where entry.due_at <= now()
    limit at_most - coalesce(cardinality(item_tables), 0)
  ) as unknown;
  item_tables := item_tables || unknown_tables;
  item_addresses := item_addresses || unknown_addresses;
end
$$;

revoke execute on function public.post_queue_pick_open(text[], integer[], integer) from public, anon, authenticated;
grant execute on function public.post_queue_pick_open(text[], integer[], integer) to service_role;

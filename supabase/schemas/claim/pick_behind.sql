-- Where the oldest due items stand that nothing holds back, from one of them on: see post_queue_claim for why. Nothing is locked.
--
--   held_back, limited, quotas, at_most  as in post_queue.pick_open
--   begin_at, begin_id                   nothing that is due before this item is looked at, but of limited platforms: of those few
--                                        are taken, so few are dead
--
-- Gives what post_queue.pick_open gives. Platforms that are no value of platform_cluster are not looked at.
create or replace function post_queue.pick_behind(
  held_back text[], limited text[], quotas integer[], at_most integer, begin_at timestamptz, begin_id uuid,
  out item_tables oid[], out item_addresses tid[], out first_due_at timestamptz, out first_id uuid
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
  select
    array_agg(oldest.item_table), array_agg(oldest.item_address),
    (array_agg(oldest.due_at) filter (where oldest.is_free))[1], (array_agg(oldest.id) filter (where oldest.is_free))[1]
  into item_tables, item_addresses, first_due_at, first_id
  from (
    select item.*
    from (
      select
        name.platform, may_go.quota,
        case when may_go.quota is null then pick_behind.begin_at else '-infinity' end as begin_at,
        case when may_go.quota is null then pick_behind.begin_id else '00000000-0000-0000-0000-000000000000' end as begin_id
      from unnest(known) as name (platform)
      cross join lateral (select quotas[array_position(limited, name.platform)] as quota) as may_go
      where name.platform <> all (held_back)
    ) as open
    cross join lateral (
      select
        q.tableoid as item_table, q.ctid as item_address,
        greatest(q.scheduled_for, q.queued_at) as due_at, q.id, open.quota is null as is_free
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        -- "= any", as in post_queue.pick_open.
        and left(q.target_platform, 63) = any (array[open.platform])
        and (greatest(q.scheduled_for, q.queued_at), q.id) >= (open.begin_at, open.begin_id)
        and greatest(q.scheduled_for, q.queued_at) <= now()
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit greatest(0, least(open.quota, at_most))
    ) as item
    order by item.due_at, item.id
    limit at_most
  ) as oldest;
end
$$;

revoke execute on function post_queue.pick_behind(text[], text[], integer[], integer, timestamptz, uuid)
  from public, anon, authenticated;
grant execute on function post_queue.pick_behind(text[], text[], integer[], integer, timestamptz, uuid) to service_role;

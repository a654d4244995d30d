-- Where the items stand that creators get by turns: one each, each creator's oldest due first, then a second one each, and
-- so on. The next claim goes on behind the last creator of this one. Nothing but that is locked.
--
--   held_back  the platforms that nothing may be taken of
--   limited    the platforms that not any number may be taken of; null: there is none
--   quotas     how many items of each of those at most
--   at_most    how many items in all
--
-- It gives fewer than it might where a creator's first 50 due items are all of platforms that are held back, and where more
-- creators than post_queue.next_creators passes by have nothing due. The claim fills up by age.
--
-- The incremental sort is forbidden by a setting of its own. Over the plain index by creator it reads all items of a creator,
-- which took 830 ms a claim of 100 with 400,000 items of one; by the index that has the order it takes 3.
create or replace function post_queue.pick_turns(
  held_back text[], limited text[], quotas integer[], at_most integer, out item_tables oid[], out item_addresses tid[]
)
language plpgsql
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
  -- Then no platform is looked at.
  is_all_open constant boolean := held_back = '{}' and limited is null;
  highest constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  lowest constant uuid := '00000000-0000-0000-0000-000000000000';
  -- Creators who turn out to have nothing open take no turn.
  wanted constant integer := case when is_all_open then at_most else 2 * at_most end;
  last_turn uuid;
  creators uuid[];
  reached uuid;
  is_round boolean;
  more_creators uuid[];
  each integer := 1;
  before integer;
  last_of_turns uuid;
  creators_served integer;
begin
  -- No migration inserts it: it would stand in the way of a restore of data alone.
  if not exists (select from post_queue.turns) then
    insert into post_queue.turns (creator_id) values (lowest) on conflict do nothing;
  end if;
  select t.creator_id into last_turn from post_queue.turns t for update skip locked;
  last_turn := coalesce(last_turn, lowest);

  select next.creators, next.looked_at, next.is_end
  into creators, reached, is_round
  from post_queue.next_creators(last_turn, highest, wanted) as next;
  if is_round then
    -- From the beginning, up to where it began.
    select next.creators, next.is_end, coalesce(next.looked_at, reached)
    into more_creators, is_round, reached
    from post_queue.next_creators(lowest, last_turn, wanted - cardinality(creators)) as next;
    creators := creators || more_creators;
  end if;

  loop
    before := coalesce(cardinality(item_tables), 0);
    select
      array_agg(picked.item_table order by picked.round, picked.place),
      array_agg(picked.item_address order by picked.round, picked.place),
      (array_agg(picked.creator_id order by picked.place desc))[1],
      count(distinct picked.creator_id)
    into item_tables, item_addresses, last_of_turns, creators_served
    from (
      select ranked.*
      from (
        select
          turn.creator_id, turn.place, item.item_table, item.item_address, item.round,
          row_number() over (partition by item.platform order by item.round, turn.place) as platform_place,
          item.platform
        from unnest(creators) with ordinality as turn (creator_id, place)
        cross join lateral (
          select entry.item_table, entry.item_address, entry.platform, row_number() over () as round
          from (
            select due.*
            from (
              select q.tableoid as item_table, q.ctid as item_address, left(q.target_platform, 63) as platform
              from public.multiplatform_post_queue q
              where q.status = 'queued'
                -- "= any", so that only the index by creator gives the order.
                and q.creator_id = any (array[turn.creator_id])
                and greatest(q.scheduled_for, q.queued_at) <= now()
              order by q.creator_id, greatest(q.scheduled_for, q.queued_at), q.id
              limit case when is_all_open then each else greatest(each, 50) end
            ) as due
            where due.platform <> all (held_back)
            limit each
          ) as entry
        ) as item
      ) as ranked
      where ranked.platform_place <= coalesce(quotas[array_position(limited, ranked.platform)], at_most)
      order by ranked.round, ranked.place
      limit at_most
    ) as picked;
    -- Until the batch is full, or nobody has more.
    exit when coalesce(cardinality(item_tables), 0) in (before, at_most) or each >= at_most;
    each := least(4 * each, at_most);
  end loop;

  update post_queue.turns t
  set creator_id = case
    when creators_served >= at_most then last_of_turns
    -- All had their turn: another is the first next time.
    when is_round then creators[1]
    else reached
  end
  where creators <> '{}'
    and t.ctid in (select held.ctid from post_queue.turns held for update skip locked);
end
$$;

revoke execute on function post_queue.pick_turns(text[], text[], integer[], integer) from public, anon, authenticated;
grant execute on function post_queue.pick_turns(text[], text[], integer[], integer) to service_role;

-- Takes due items under a claim where not simply the oldest may go: where a platform is paused or limited, or creators
-- take turns. The claim calls it, once, in place of post_queue.take.
--
--   claim_id    the claim
--   batch_size  how many to take at most
--   fair        whether creators take turns; what is left of the batch is filled up by age
--
-- Gives the ids of what it took, and of how many a trigger suppressed the update.
create or replace function post_queue.take_chosen(
  claim_id uuid, batch_size integer, fair boolean, out taken uuid[], out suppressed integer
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  held_back text[];
  limited text[];
  quotas integer[];
  quotas_left integer[];
  picked record;
  at_most integer;
  taken_now uuid[];
  suppressed_now integer;
  locked integer := 0;
begin
  taken := '{}';
  suppressed := 0;
  select *
  into held_back, limited, quotas
  from post_queue.held_back();
  if '*' = any (held_back) then
    return;
  end if;

  if fair then
    picked := post_queue.pick_turns(held_back, limited, quotas, batch_size);
    select now_taken.taken, now_taken.suppressed
    into taken, suppressed
    from post_queue.take_picked(this_claim, picked.item_tables, picked.item_addresses, batch_size) as now_taken;
    if held_back = '{}' and limited is null then
      if cardinality(taken) < batch_size then
        select filled.taken, filled.suppressed
        into taken_now, suppressed_now
        from post_queue.take(this_claim, batch_size - cardinality(taken)) as filled;
        taken := taken || taken_now;
        suppressed := suppressed + suppressed_now;
      end if;
      return;
    end if;
  end if;

  -- Once, as a rule. Where rows are locked, or a trigger suppresses their update, they are passed by, and more are picked, up
  -- to thousands.
  for round in 1..6 loop
    exit when cardinality(taken) >= batch_size;
    quotas_left := quotas;
    if limited is not null and taken <> '{}' then
      select array_agg(may_go.quota - coalesce(used.items, 0) order by may_go.place)
      into quotas_left
      from unnest(limited, quotas) with ordinality as may_go (platform, quota, place)
      left join (
        select q.target_platform as platform, count(*)::integer as items
        from public.multiplatform_post_queue q
        where q.id = any (taken)
        group by q.target_platform
      ) as used on used.platform = may_go.platform;
    end if;
    at_most := batch_size - cardinality(taken) + 4 * locked;
    picked := post_queue.pick_open(held_back, limited, quotas_left, at_most);
    select now_taken.taken, now_taken.suppressed
    into taken_now, suppressed_now
    from post_queue.take_picked(
      this_claim, picked.item_tables, picked.item_addresses, batch_size - cardinality(taken)
    ) as now_taken;
    taken := taken || taken_now;
    suppressed := suppressed + suppressed_now;
    exit when coalesce(cardinality(picked.item_tables), 0) < at_most;
    locked := at_most - cardinality(taken_now);
  end loop;

  if limited is not null then
    perform post_queue.spend(taken);
  end if;
end
$$;

revoke execute on function post_queue.take_chosen(uuid, integer, boolean) from public, anon, authenticated;
grant execute on function post_queue.take_chosen(uuid, integer, boolean) to service_role;

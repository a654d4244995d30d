-- Takes due items under a claim where not simply the oldest may go: where a platform is paused or limited, or creators
-- take turns. The claim calls it, once, in place of post_queue.take.
--
--   claim_id            the claim
--   batch_size          how many to take at most
--   fair                whether creators take turns; what is left of the batch is filled up by age
--   begin_at, begin_id  where what is taken by age begins, null: at the front; what is due before that item is looked at where
--                       the batch is not full
--
-- Gives the ids of what it took, and of how many a trigger suppressed the update; the oldest item that it found by age whose
-- platform is not limited, and how long it took to find from the front of the queue (null: it did not look there, or found none).
create or replace function post_queue.take_chosen(
  claim_id uuid, batch_size integer, fair boolean, begin_at timestamptz, begin_id uuid, out taken uuid[], out suppressed integer,
  out first_due_at timestamptz, out first_id uuid, out front_took interval
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
  filled record;
  is_behind boolean := begin_at is not null;
  search_began timestamptz;
  at_most integer;
  taken_now uuid[];
  suppressed_now integer;
  locked integer := 0;
  rounds integer := 0;
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
        filled := post_queue.take(this_claim, batch_size - cardinality(taken));
        taken := taken || filled.taken;
        suppressed := suppressed + filled.suppressed;
        first_due_at := filled.first_due_at;
        first_id := filled.first_id;
        front_took := filled.search_took;
      end if;
      return;
    end if;
  end if;

  -- Once, as a rule. Where rows are locked, or a trigger suppresses their update, they are passed by, and more are picked, up
  -- to thousands. What begins behind the front and is not full goes on there.
  loop
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
    if is_behind then
      picked := post_queue.pick_behind(held_back, limited, quotas_left, at_most, begin_at, begin_id);
    else
      search_began := clock_timestamp();
      picked := post_queue.pick_open(held_back, limited, quotas_left, at_most);
      -- Where it found limited items alone, others may wait right behind them: then the next claim looks here again.
      if picked.first_id is not null then
        front_took := coalesce(front_took, '0') + (clock_timestamp() - search_began);
      end if;
    end if;
    if first_id is null or (picked.first_due_at, picked.first_id) < (first_due_at, first_id) then
      first_due_at := picked.first_due_at;
      first_id := picked.first_id;
    end if;
    select now_taken.taken, now_taken.suppressed
    into taken_now, suppressed_now
    from post_queue.take_picked(
      this_claim, picked.item_tables, picked.item_addresses, batch_size - cardinality(taken)
    ) as now_taken;
    taken := taken || taken_now;
    suppressed := suppressed + suppressed_now;
    rounds := rounds + 1;
    if coalesce(cardinality(picked.item_tables), 0) = at_most and rounds < 6 then
      locked := at_most - cardinality(taken_now);
    else
      exit when not is_behind;
      is_behind := false;
      rounds := 0;
      locked := 0;
    end if;
  end loop;

  if limited is not null then
    perform post_queue.spend(taken);
  end if;
end
$$;

revoke execute on function post_queue.take_chosen(uuid, integer, boolean, timestamptz, uuid) from public, anon, authenticated;
grant execute on function post_queue.take_chosen(uuid, integer, boolean, timestamptz, uuid) to service_role;

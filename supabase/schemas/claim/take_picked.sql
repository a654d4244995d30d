-- Takes picked items under a claim, in the order in which they were picked: they are processing from here on. What is
-- locked, and what is no longer due, is passed by.
--
--   claim_id        the claim
--   item_tables     where they stand: the table of each (see post_queue.take)
--   item_addresses  and its address there
--   at_most         how many to take
--
-- Gives the ids of what it took, and of how many a trigger suppressed the update.
create or replace function post_queue.take_picked(
  claim_id uuid, item_tables oid[], item_addresses tid[], at_most integer, out taken uuid[], out suppressed integer
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  due record;
  due_items integer;
  updated uuid[];
begin
  taken := '{}';
  suppressed := 0;
  loop
    due_items := 0;
    for due in
      select held.item_table, array_agg(held.item_address) as addresses
      from (
        select q.tableoid as item_table, q.ctid as item_address
        from unnest(item_tables, item_addresses) with ordinality as picked (item_table, item_address, place)
        join public.multiplatform_post_queue q on q.ctid = picked.item_address and q.tableoid = picked.item_table
        where q.status = 'queued'
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by picked.place
        limit at_most - cardinality(taken)
        offset suppressed
        for update of q skip locked
      ) as held
      group by held.item_table
    loop
      with held as (
        update public.multiplatform_post_queue q
        set status = 'processing', processing_started_at = now(), claim_id = this_claim, updated_at = now()
        where q.tableoid = due.item_table and q.ctid = any (due.addresses) and (select post_queue.triggers_path()) is not null
        returning q.id
      )
      select coalesce(array_agg(held.id), '{}') into updated from held;
      perform post_queue.own_path();
      taken := taken || updated;
      due_items := due_items + cardinality(due.addresses);
      suppressed := suppressed + cardinality(due.addresses) - cardinality(updated);
    end loop;

    -- See post_queue.take.
    exit when suppressed = 0 or due_items = 0 or cardinality(taken) >= at_most;
  end loop;
end
$$;

revoke execute on function post_queue.take_picked(uuid, oid[], tid[], integer) from public, anon, authenticated;
grant execute on function post_queue.take_picked(uuid, oid[], tid[], integer) to service_role;

-- Takes the oldest due items under a claim: they are processing from here on. The claim calls it, once.
--
--   claim_id    the claim
--   batch_size  how many to take at most
--
-- Gives the ids of what it took.
--
-- They are updated by their addresses in the table: they are locked, so they stay there. An address (ctid) says nothing
-- without its table: in each partition of a partitioned queue another row stands at the same one. A queue that is not
-- partitioned goes once through the loop; a join by table and address would cost every claim 5 %.
create or replace function post_queue.take(claim_id uuid, batch_size integer)
returns uuid[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  due record;
  due_items integer;
  updated uuid[];
  taken uuid[] := '{}';
  suppressed integer := 0;
begin
  loop
    due_items := 0;
    for due in
      select oldest.item_table, array_agg(oldest.item_address) as addresses
      from (
        select q.tableoid as item_table, q.ctid as item_address
        from public.multiplatform_post_queue q
        where q.status = 'queued'
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by greatest(q.scheduled_for, q.queued_at), q.id
        limit batch_size - cardinality(taken)
        offset suppressed
        for update skip locked
      ) as oldest
      group by oldest.item_table
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

    -- A trigger that keeps rows as they are does so for ever: it may cost those, not what is due behind them.
    exit when suppressed = 0 or due_items = 0 or cardinality(taken) >= batch_size or suppressed >= 10000;
  end loop;

  if taken = '{}' and suppressed > 0 then
    raise exception
      'no item can be taken: a trigger on multiplatform_post_queue suppresses the update of the % oldest due items',
      suppressed
      using errcode = 'triggered_action_exception';
  end if;
  return taken;
end
$$;

revoke execute on function post_queue.take(uuid, integer) from public, anon, authenticated;
grant execute on function post_queue.take(uuid, integer) to service_role;

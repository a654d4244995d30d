-- Takes the oldest due items under a claim: they are processing from here on.
--
--   claim_id            the claim
--   batch_size          how many to take at most
--   begin_at, begin_id  nothing that is due before this item is looked at
--
-- Gives the ids of what it took; the items as the claim answers them, or null where more than one statement took them; the
-- oldest of them, how long they took to find, and of how many a trigger suppressed the update.
--
-- They are updated by their addresses in the table: they are locked, so they stay there. An address (ctid) says nothing
-- without its table: in each partition of a partitioned queue another row stands at the same one. A queue that is not
-- partitioned goes once through the loop; a join by table and address would cost every claim 5 %.
create or replace function post_queue.take(
  claim_id uuid, batch_size integer,
  begin_at timestamptz default '-infinity', begin_id uuid default '00000000-0000-0000-0000-000000000000',
  out taken uuid[], out items json, out first_due_at timestamptz, out first_id uuid, out search_took interval,
  out suppressed integer
)
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
  -- Once a call: for each item it would cost a fifth of the claim.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[];
  due_items integer;
  updated uuid[];
  updates integer := 0;
  search_began timestamptz;
begin
  taken := '{}';
  search_took := '0';
  suppressed := 0;
  loop
    due_items := 0;
    search_began := clock_timestamp();
    for due in
      select
        oldest.item_table, array_agg(oldest.item_address) as addresses,
        (array_agg(oldest.due_at))[1] as first_due_at, (array_agg(oldest.id))[1] as first_id
      from (
        select q.tableoid as item_table, q.ctid as item_address, greatest(q.scheduled_for, q.queued_at) as due_at, q.id
        from public.multiplatform_post_queue q
        where q.status = 'queued'
          and greatest(q.scheduled_for, q.queued_at) <= now()
          and (greatest(q.scheduled_for, q.queued_at), q.id) >= (begin_at, begin_id)
        order by greatest(q.scheduled_for, q.queued_at), q.id
        limit batch_size - cardinality(taken)
        offset suppressed
        for update skip locked
      ) as oldest
      group by oldest.item_table
    loop
      if due_items = 0 then
        search_took := search_took + (clock_timestamp() - search_began);
      end if;
      if first_id is null or (due.first_due_at, due.first_id) < (first_due_at, first_id) then
        first_due_at := due.first_due_at;
        first_id := due.first_id;
      end if;
      with held as (
        update public.multiplatform_post_queue q
        set status = 'processing', processing_started_at = now(), claim_id = this_claim, updated_at = now()
        where q.tableoid = due.item_table and q.ctid = any (due.addresses) and (select post_queue.triggers_path()) is not null
        returning
          q.id, q.creator_id, q.original_post_id, q.target_platform, q.modified_title, q.retry_count, q.max_retries,
          greatest(q.scheduled_for, q.queued_at) as due_at, q.claim_id = this_claim and q.status = 'processing' as in_hand
      ),
      -- A post is queued for several platforms at once, so its items share one original.
      original as materialized (
        select o.id, post_queue.taken_original(o) as json
        from public.content_posts o
        where o.id = any (array(select distinct held.original_post_id from held))
      )
      select
        coalesce(array_agg(held.id), '{}'),
        coalesce(
          json_agg(
            post_queue.taken_item(
              held.id, held.creator_id, held.target_platform, platforms, held.modified_title, held.retry_count, held.max_retries,
              original.json
            )
            order by held.due_at, held.id
          ) filter (where held.in_hand),
          '[]'
        )
      into updated, items
      from held
      left join original on original.id = held.original_post_id;
      perform post_queue.own_path();
      taken := taken || updated;
      updates := updates + 1;
      due_items := due_items + cardinality(due.addresses);
      suppressed := suppressed + cardinality(due.addresses) - cardinality(updated);
    end loop;
    if due_items = 0 then
      search_took := search_took + (clock_timestamp() - search_began);
    end if;

    -- A trigger that keeps rows as they are does so for ever: it may cost those, not what is due behind them.
    exit when suppressed = 0 or due_items = 0 or cardinality(taken) >= batch_size or suppressed >= 10000;
  end loop;
  if updates > 1 then
    items := null;
  end if;
end
$$;

revoke execute on function post_queue.take(uuid, integer, timestamptz, uuid) from public, anon, authenticated;
grant execute on function post_queue.take(uuid, integer, timestamptz, uuid) to service_role;

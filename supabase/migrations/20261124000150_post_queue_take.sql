-- Takes the oldest due items under a claim: they are processing from here on. The claim calls it, once.
--
--   claim_id    the claim
--   batch_size  how many to take at most
--
-- A row's place (ctid) says nothing without its table: in each partition of a partitioned queue another row stands at
-- the same place. So rows are read by their places and then joined by table and place. They are locked, so they stay.
create or replace function public.post_queue_take(claim_id uuid, batch_size integer)
returns void
language plpgsql
security invoker
set search_path = ''
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  due_items integer;
  taken_items integer;
begin
  with due as materialized (
    select q.tableoid as item_table, q.ctid as item_address
    from public.multiplatform_post_queue q
    where q.status = 'queued'
      and coalesce(q.scheduled_for, q.queued_at) <= now()
    order by coalesce(q.scheduled_for, q.queued_at), q.id
    limit batch_size
    for update skip locked
  ),
  taken as (
    update public.multiplatform_post_queue q
    set status = 'processing', processing_started_at = now(), claim_id = this_claim, updated_at = now()
    from due
    where q.ctid = any (array(select due.item_address from due))
      and q.ctid = due.item_address
      and q.tableoid = due.item_table
    returning 1
  )
  select (select count(*) from due), (select count(*) from taken)
  into due_items, taken_items;

  -- A trigger that keeps some rows as they are does so for ever. Where it keeps all, nothing would ever be taken.
  if taken_items = 0 and due_items > 0 then
    raise exception
      'no item can be taken: a trigger on multiplatform_post_queue suppresses the update of the % oldest due items',
      due_items
      using errcode = 'triggered_action_exception';
  end if;
end
$$;

revoke execute on function public.post_queue_take(uuid, integer) from public, anon, authenticated;
grant execute on function public.post_queue_take(uuid, integer) to service_role;

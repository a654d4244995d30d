-- Frees the items of workers that are gone: those in processing for longer than the lease. An item that has been freed
-- too often is given up instead. The claim begins with it.
--
--   lease_seconds  1 or more
--
-- Gives how many items were freed and how many of the others were given up, 1,000 together at most, which keeps the
-- claim short. Rows in processing with no start time belong to no worker of ours, and are freed too.
create or replace function post_queue.rescue(lease_seconds integer, out rescued integer, out given_up integer)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  usual_lock_timeout constant text := current_setting('lock_timeout');
begin
  rescued := 0;
  given_up := 0;

  -- See post_queue.judge for what may be waited for here.
  perform set_config('lock_timeout', '100ms', true);
  with expired as materialized (
    select
      q.tableoid as item_table,
      q.ctid as item_address,
      q.id,
      q.original_post_id,
      q.creator_id,
      q.target_platform,
      q.claim_id,
      q.processing_started_at,
      -- Any value may stand in the row, and one that overflows would stop every claim.
      least(greatest(q.rescue_count, 0), 2147483646) + 1 as rescue_count,
      q.rescue_count >= least(greatest(q.max_retries, 0), 20) as hopeless
    from public.multiplatform_post_queue q
    where q.status = 'processing'
      and coalesce(q.processing_started_at, '-infinity'::timestamptz) < now() - make_interval(secs => lease_seconds)
    order by coalesce(q.processing_started_at, '-infinity'::timestamptz)
    limit 1000
    for update skip locked
  ),
  -- What is freed here may be taken by the same claim. A row that is updated twice in one transaction has its foreign
  -- keys checked again, and the check would wait for whoever deletes its original or creator, who waits for our rows.
  original as materialized (
    select p.id
    from public.content_posts p
    where p.id = any (array(select distinct expired.original_post_id from expired))
    for key share skip locked
  ),
  creator as materialized (
    select c.id
    from public.creators c
    where c.id = any (array(select distinct expired.creator_id from expired))
    for key share skip locked
  ),
  freed as (
    update public.multiplatform_post_queue q
    set
      status = case when e.hopeless then 'failed' else 'queued' end::public.platform_post_status,
      failed_at = case when e.hopeless then now() else q.failed_at end,
      error_message = case
        when e.hopeless then format('worker stopped %s times while processing', e.rescue_count)
        else q.error_message
      end,
      rescue_count = e.rescue_count,
      processing_started_at = null,
      claim_id = null,
      updated_at = now()
    from expired e
    where q.ctid = any (array(select expired.item_address from expired))
      and q.ctid = e.item_address
      and q.tableoid = e.item_table
      and (select post_queue.triggers_path()) is not null
      and (
        e.hopeless
        or e.original_post_id in (select original.id from original)
          and e.creator_id in (select creator.id from creator)
      )
    returning e.id, e.target_platform, e.claim_id, e.processing_started_at, e.hopeless, q.error_message
  ),
  tried as (
    insert into post_queue.tries (item_id, claim_id, target_platform, started_at, outcome, error)
    select
      id, claim_id, left(target_platform, 100), processing_started_at,
      case when hopeless then 'given_up' else 'rescued' end,
      case when hopeless then error_message else 'its worker stopped while processing it' end
    from freed
  )
  select count(*) filter (where not hopeless), count(*) filter (where hopeless)
  into rescued, given_up
  from freed;
  perform post_queue.own_path();
  perform set_config('lock_timeout', usual_lock_timeout, true);
exception
  -- Nothing is freed then; the next claim tries again.
  when lock_not_available then null;
end
$$;

revoke execute on function post_queue.rescue(integer) from public, anon, authenticated;
grant execute on function post_queue.rescue(integer) to service_role;

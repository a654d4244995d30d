-- The settle's first step: locks the items that the claim still holds, and decides what becomes of each.
--
--   claim_id, outcomes  as in post_queue_settle
--
-- Gives a verdict for each item that is held. The others are lost, locked, or were settled before: post_queue.not_held
-- answers for them.
--
-- The planner cannot know how many items a claim holds, and may expect one: it would join by nested loops, whose cost
-- grows with the square of the batch, or read whole tables. So every table is read by a list of keys or places,
-- whatever its size and statistics, and what was read is joined by hashing. Costs mean nothing then, and must not set off
-- the JIT compiler.
create or replace function post_queue.judge(claim_id uuid, outcomes jsonb)
returns post_queue.verdict[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  usual_lock_timeout constant text := current_setting('lock_timeout');
  verdicts post_queue.verdict[];
begin
  -- "skip locked" has a gap: an original or a creator that a transaction still open has changed and then deleted or
  -- locked is waited for all the same. That transaction may come to wait for our queue rows, so the wait ends before
  -- anybody looks for a deadlock (deadlock_timeout, 1 s by default).
  perform set_config('lock_timeout', '100ms', true);
  with outcome as materialized (
    select distinct on (o.item_id) o.*
    from jsonb_to_recordset(outcomes) as o (
      item_id uuid, cluster text, refusal text, obstacle text, retry_in_seconds numeric
    )
    order by o.item_id
  ),
  held as materialized (
    select q.tableoid as item_table, q.ctid as address, q.id, q.creator_id, q.original_post_id, q.queued_at
    from public.multiplatform_post_queue q
    where q.id = any (array(select outcome.item_id from outcome))
      -- A case, so that the planner looks for no index but that of the ids.
      and case when q.claim_id = this_claim and q.status = 'processing' then true end
    for no key update of q skip locked
  ),
  -- What is to fail or to wait needs no original, which may be what hinders it.
  to_post as materialized (
    select held.creator_id, held.original_post_id
    from held
    join outcome on outcome.item_id = held.id
    where outcome.refusal is null and outcome.obstacle is null
  ),
  -- Foreign keys lock these rows anyway, but would wait for whoever deletes them, who waits for our queue rows.
  creator as materialized (
    select c.id
    from public.creators c
    where c.id = any (array(select distinct to_post.creator_id from to_post))
    for key share skip locked
  ),
  -- The app refused what it saw at the claim. The same rules stand here for what has changed since.
  original as materialized (
    select
      p.id,
      p.creator_id,
      case
        when p.is_crosspost then 'The original post is itself a cross-post.'
        when p.deleted_at is not null then 'The original post is deleted.'
        when p.status in ('deleted', 'archived', 'private') then format('The original post is %s.', p.status)
        when p.moderation_status = 'rejected' then 'The original post was rejected by moderation.'
      end as refusal
    from public.content_posts p
    where p.id = any (array(select distinct to_post.original_post_id from to_post))
    for key share skip locked
  ),
  -- An item that was posted and then queued again by hand is marked as what it is. Only its creator's own post can be
  -- its post: whoever may write content_posts may write any queue_item_id there.
  existing as materialized (
    select distinct on (p.queue_item_id, p.creator_id) p.queue_item_id, p.creator_id, p.id
    from public.content_posts p
    where p.queue_item_id = any (array(select held.id from held))
  ),
  judged as materialized (
    select
      held.*,
      outcome.cluster,
      outcome.retry_in_seconds,
      existing.id as existing_post_id,
      case
        when existing.id is not null then null
        when outcome.refusal is not null then outcome.refusal
        when outcome.obstacle is not null then null
        when creator.id is null
          and not exists (select from public.creators c where c.id = held.creator_id)
          then 'The creator is gone.'
        when original.id is null
          and not exists (select from public.content_posts p where p.id = held.original_post_id)
          then 'The original post is gone.'
        when original.creator_id <> held.creator_id
          then 'The item''s creator is not the creator of the original post.'
        else original.refusal
      end as refusal,
      case
        when existing.id is not null then null
        when outcome.obstacle is not null then outcome.obstacle
        when creator.id is null then 'The creator is locked by another transaction.'
        when original.id is null then 'The original post is locked by another transaction.'
      end as obstacle
    from held
    join outcome on outcome.item_id = held.id
    left join creator on creator.id = held.creator_id
    left join original on original.id = held.original_post_id
    left join existing on existing.queue_item_id = held.id and existing.creator_id = held.creator_id
  )
  select array_agg(
    row(
      id,
      item_table,
      address,
      original_post_id,
      cluster,
      case
        when refusal is null and obstacle is null then 'posted'
        when refusal is null and retry_in_seconds is not null then 'retried'
        else 'failed'
      end,
      coalesce(refusal, obstacle),
      coalesce(existing_post_id, public.uuid_v7()),
      existing_post_id is not null,
      -- A delay is never over 24 hours, nor in the past.
      case
        when retry_in_seconds is not null
          then now() + make_interval(secs => least(greatest(retry_in_seconds, 0), 86400))
      end,
      -- queued_at may be at either end of what a timestamp can be.
      case
        when isfinite(queued_at)
          then least(greatest(extract(epoch from now() - queued_at), 0), 2147483647)::integer
      end
    )::post_queue.verdict
  )
  into verdicts
  from judged;
  perform set_config('lock_timeout', usual_lock_timeout, true);
  return coalesce(verdicts, '{}');
end
$$;

revoke execute on function post_queue.judge(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.judge(uuid, jsonb) to service_role;

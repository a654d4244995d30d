-- The settle's last step: marks the items as what was decided, and records those that were posted in the history and the
-- tries of the others in post_queue.tries.
--
--   verdicts  of post_queue.judge, after post_queue.insert_posts
--
-- Gives one result for each, as post_queue_settle answers. Raises triggered_action_exception where a trigger keeps a row
-- from being written: an item is posted, marked and recorded, or none of it happened.
--
-- json, not jsonb: the text is written once, where jsonb builds a tree first.
--
-- claim_id and processing_started_at stay: together they say that it was this claim that settled the item.
create or replace function post_queue.finish(verdicts post_queue.verdict[])
returns json
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
  results json;
  marked_rows integer;
  to_record integer;
  recorded_rows integer;
begin
  with marked as (
    update public.multiplatform_post_queue q
    set
      status = case v.outcome when 'posted' then 'posted' when 'failed' then 'failed' else 'queued' end
        ::public.platform_post_status,
      target_post_id = case when v.outcome = 'posted' then v.post_id else q.target_post_id end,
      completed_at = case when v.outcome = 'posted' then now() else q.completed_at end,
      failed_at = case when v.outcome = 'failed' then now() else q.failed_at end,
      error_message = v.error,
      retry_count = case when v.outcome = 'retried' then greatest(q.retry_count, 0) + 1 else q.retry_count end,
      -- Not before a schedule that its creator set meanwhile.
      scheduled_for = case when v.outcome = 'retried' then greatest(v.retry_at, q.scheduled_for) else q.scheduled_for end,
      updated_at = now()
    from unnest(verdicts) as v
    where q.ctid = any (array(select item.item_address from unnest(verdicts) as item))
      and q.ctid = v.item_address
      and q.tableoid = v.item_table
      and (select post_queue.triggers_path()) is not null
    returning
      q.id, q.original_post_id, q.creator_id, q.target_platform, q.retry_count, v.outcome, v.error, v.post_id,
      v.post_exists, v.retry_at, v.time_to_post_seconds, q.claim_id, q.processing_started_at
  ),
  tried as (
    insert into post_queue.tries (item_id, claim_id, target_platform, started_at, outcome, error, retry_at)
    select
      id, claim_id, left(target_platform, 100), processing_started_at, outcome, left(error, 2000),
      case when outcome = 'retried' then retry_at end
    from marked
    where outcome <> 'posted'
  ),
  recorded as (
    insert into public.multiplatform_post_history (
      original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at
    )
    select original_post_id, creator_id, target_platform, post_id, time_to_post_seconds, now()
    from marked
    where outcome = 'posted' and not post_exists
    returning 1
  )
  select
    coalesce(
      json_agg(
        json_build_object(
          'item_id', id,
          'outcome', outcome,
          'target_post_id', case when outcome = 'posted' then post_id end,
          'error', error,
          'retry_count', retry_count,
          'retry_at', case when outcome = 'retried' then retry_at end,
          'time_to_post_seconds', case when outcome = 'posted' then time_to_post_seconds end
        )
        order by id
      ),
      '[]'
    ),
    count(*),
    count(*) filter (where outcome = 'posted' and not post_exists),
    (select count(*) from recorded)
  into results, marked_rows, to_record, recorded_rows
  from marked;
  perform post_queue.own_path();

  if marked_rows <> cardinality(verdicts) then
    raise exception 'a trigger on multiplatform_post_queue suppresses the update that settles the item'
      using errcode = 'triggered_action_exception';
  end if;
  if recorded_rows <> to_record then
    raise exception 'a trigger on multiplatform_post_history suppresses the row that records the post'
      using errcode = 'triggered_action_exception';
  end if;
  return results;
end
$$;

revoke execute on function post_queue.finish(post_queue.verdict[]) from public, anon, authenticated;
grant execute on function post_queue.finish(post_queue.verdict[]) to service_role;

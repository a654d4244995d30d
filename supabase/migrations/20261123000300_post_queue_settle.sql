-- Ends claimed items: posted, retried later, or failed. An item is posted, marked and recorded in one transaction, or
-- none of it happened.
--
--   claim_id  the claim under which the items were taken
--   outcomes  [{"item_id", "patch": {"cluster", "title", "watermark_enabled"}, "refusal", "retry_in_seconds"}, ...]
--             patch             what the new post says other than its original
--             refusal           why the item may not be posted: it fails at once
--             obstacle          why it could not be posted now: it is tried again, or fails when retries are used up
--             retry_in_seconds  how long to wait after a failure that may pass; null: no retry is left
--
-- Gives one result for each item: {"item_id", "outcome", "target_post_id", "error", "retry_count", "retry_at",
-- "time_to_post_seconds"}, with outcome one of
--   posted, retried, failed
--   lost       the claim was taken away (reset, rescued, cancelled, deleted); nothing was done
--   unsettled  still in hand, but its row is locked by another transaction; claim and settle again
--
-- Only items still held under the claim are touched. Repeating the call changes nothing and answers the same.
-- No row is ever waited for, so no deadlock can arise: PostgREST would repeat such a transaction without limit.

-- The set-based part: all outcomes in one statement, all or none.
create or replace function public.post_queue_settle_outcomes(claim_id uuid, outcomes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  results jsonb;
begin
  with outcome as materialized (
    select distinct on (o.item_id) o.*
    from jsonb_to_recordset(outcomes) as o (
      item_id uuid, patch jsonb, refusal text, obstacle text, retry_in_seconds numeric
    )
    order by o.item_id
  ),
  held as materialized (
    select q.*
    from outcome
    join public.multiplatform_post_queue q on q.id = outcome.item_id
    -- A case, because of the planner: it takes the bare conditions for so rare that it expects one row, and joins the
    -- lists below row by row against each other (a batch of 500 settled in 143 ms, and in 74 ms so, on a busy machine).
    where case when q.claim_id = this_claim and q.status = 'processing' then true end
    order by q.id
    for no key update of q skip locked
  ),
  -- Foreign keys lock these rows anyway, but would wait for whoever deletes them, who waits for our queue rows.
  creator as materialized (
    select c.id
    from public.creators c
    where c.id in (select held.creator_id from held)
    order by c.id
    for key share skip locked
  ),
  original as materialized (
    select p.id, p as post
    from public.content_posts p
    where p.id in (select held.original_post_id from held)
    order by p.id
    for key share skip locked
  ),
  -- The app refused what it saw at the claim. The same rules stand here for what has changed since.
  judged as materialized (
    select
      held.*,
      original.post,
      outcome.patch,
      outcome.retry_in_seconds,
      existing.id as existing_post_id,
      case
        when existing.id is not null then null
        when outcome.refusal is not null then outcome.refusal
        when creator.id is null
          and not exists (select from public.creators c where c.id = held.creator_id)
          then 'The creator is gone.'
        when original.id is null
          and not exists (select from public.content_posts p where p.id = held.original_post_id)
          then 'The original post is gone.'
        when (original.post).creator_id <> held.creator_id
          then 'The item''s creator is not the creator of the original post.'
        when (original.post).is_crosspost then 'The original post is itself a cross-post.'
        when (original.post).deleted_at is not null then 'The original post is deleted.'
        when (original.post).status in ('deleted', 'archived', 'private')
          then format('The original post is %s.', (original.post).status)
        when (original.post).moderation_status = 'rejected'
          then 'The original post was rejected by moderation.'
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
    -- An item that was posted and then queued again by hand is marked as what it is.
    left join public.content_posts existing on existing.queue_item_id = held.id
  ),
  decided as materialized (
    select
      judged.*,
      case
        when refusal is null and obstacle is null then 'posted'
        when refusal is null and retry_in_seconds is not null then 'retried'
        else 'failed'
      end as outcome,
      coalesce(refusal, obstacle) as error,
      coalesce(existing_post_id, gen_random_uuid()) as post_id,
      -- A delay is never over 24 hours, nor in the past.
      now() + make_interval(secs => least(greatest(retry_in_seconds, 0), 86400)) as retry_at,
      -- queued_at may be at either end of what a timestamp can be.
      case
        when isfinite(queued_at)
          then least(greatest(extract(epoch from now() - queued_at), 0), 2147483647)::integer
      end as time_to_post_seconds
    from judged
  ),
  -- Laid over the whole original, so that what governs access (price, is_ppv, is_subscriber_only and whatever comes to
  -- stand beside them) is copied, never rebuilt. Of the patch only what may differ is taken.
  posted as (
    insert into public.content_posts
    select new_post.*
    from decided
    cross join lateral jsonb_populate_record(
      decided.post,
      case
        when decided.modified_caption is null then '{}'
        else jsonb_build_object('description', decided.modified_caption)
      end
      || case
        when decided.modified_hashtags is null then '{}'
        else jsonb_build_object('tags', decided.modified_hashtags)
      end
      || jsonb_build_object(
        'id', decided.post_id,
        'queue_item_id', decided.id,
        'original_post_id', decided.original_post_id,
        'is_crosspost', true,
        'cluster', decided.patch ->> 'cluster',
        'title', coalesce(decided.patch ->> 'title', (decided.post).title),
        'watermark_enabled', coalesce((decided.patch ->> 'watermark_enabled')::boolean, false),
        'status', 'published',
        'moderation_status', 'pending',
        'view_count', 0,
        'like_count', 0,
        'comment_count', 0,
        'share_count', 0,
        'scheduled_at', null,
        'published_at', now(),
        'created_at', now(),
        'updated_at', now(),
        'deleted_at', null
      )
    ) as new_post
    where decided.outcome = 'posted' and decided.existing_post_id is null
  ),
  recorded as (
    insert into public.multiplatform_post_history (
      original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at
    )
    select original_post_id, creator_id, target_platform, post_id, time_to_post_seconds, now()
    from decided
    where outcome = 'posted' and existing_post_id is null
  ),
  -- claim_id and processing_started_at stay: together they say that it was this claim that settled the item.
  marked as (
    update public.multiplatform_post_queue q
    set
      status = case d.outcome when 'posted' then 'posted' when 'failed' then 'failed' else 'queued' end
        ::public.platform_post_status,
      target_post_id = case when d.outcome = 'posted' then d.post_id else q.target_post_id end,
      completed_at = case when d.outcome = 'posted' then now() else q.completed_at end,
      failed_at = case when d.outcome = 'failed' then now() else q.failed_at end,
      error_message = d.error,
      retry_count = case when d.outcome = 'retried' then greatest(q.retry_count, 0) + 1 else q.retry_count end,
      scheduled_for = case when d.outcome = 'retried' then d.retry_at else q.scheduled_for end,
      updated_at = now()
    from decided d
    where q.id = d.id
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'item_id', id,
        'outcome', outcome,
        'target_post_id', case when outcome = 'posted' then post_id end,
        'error', error,
        'retry_count', case when outcome = 'retried' then greatest(retry_count, 0) + 1 else retry_count end,
        'retry_at', case when outcome = 'retried' then retry_at end,
        'time_to_post_seconds', case when outcome = 'posted' then time_to_post_seconds end
      )
    ),
    '[]'
  )
  into results
  from decided;

  if jsonb_array_length(results) = jsonb_array_length(outcomes) then
    return results;
  end if;

  -- What was not held: settled before by this very claim (then the answer is the same again), lost, or locked.
  -- A reset by hand with the document's UPDATE keeps claim_id but clears the start time, so it reads as lost.
  return results || (
    select coalesce(
      jsonb_agg(
        case
          when q.claim_id is distinct from this_claim
            then jsonb_build_object('item_id', missing.item_id, 'outcome', 'lost')
          when q.status = 'processing'
            then jsonb_build_object('item_id', missing.item_id, 'outcome', 'unsettled')
          when q.status in ('posted', 'failed') or (q.status = 'queued' and q.processing_started_at is not null)
            then jsonb_build_object(
              'item_id', q.id,
              'outcome', case q.status when 'queued' then 'retried' else q.status::text end,
              'target_post_id', case when q.status = 'posted' then q.target_post_id end,
              'error', q.error_message,
              'retry_count', q.retry_count,
              -- Somebody may have moved it since, beyond what ISO 8601 can say.
              'retry_at', case
                when q.status = 'queued' and q.scheduled_for between '0001-01-01Z' and '9999-12-31Z'
                  then q.scheduled_for
              end,
              'time_to_post_seconds', case
                when q.status = 'posted' and isfinite(q.queued_at)
                  then least(greatest(extract(epoch from q.completed_at - q.queued_at), 0), 2147483647)::integer
              end
            )
          else jsonb_build_object('item_id', missing.item_id, 'outcome', 'lost')
        end
      ),
      '[]'
    )
    from (
      select (o ->> 'item_id')::uuid as item_id from jsonb_array_elements(outcomes) as o
      except
      select (r ->> 'item_id')::uuid from jsonb_array_elements(results) as r
    ) as missing
    left join public.multiplatform_post_queue q on q.id = missing.item_id
  );
end
$$;

create or replace function public.post_queue_settle(claim_id uuid, outcomes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
#variable_conflict use_variable
declare
  results jsonb := '[]';
  outcome jsonb;
  result jsonb;
  reason text;
begin
  if claim_id is null or jsonb_typeof(outcomes) is distinct from 'array' then
    raise exception 'post_queue_settle needs a claim_id and an array of outcomes'
      using errcode = 'invalid_parameter_value';
  end if;

  -- A repetition that overtakes the first call waits for it here, instead of finding its rows locked.
  perform pg_advisory_xact_lock(hashtextextended(claim_id::text, 0));

  begin
    return public.post_queue_settle_outcomes(claim_id, outcomes);
  exception
    when others then
      -- Refused as a whole. Item by item below, so that the bad row fails alone.
  end;

  for outcome in select value from jsonb_array_elements(outcomes) loop
    begin
      result := public.post_queue_settle_outcomes(claim_id, jsonb_build_array(outcome));
    exception
      when others then
        reason := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
        -- Class 22, bad data, and class 23, a constraint, cannot pass. Anything else may.
        result := public.post_queue_settle_outcomes(
          claim_id,
          jsonb_build_array(
            jsonb_build_object(
              'item_id', outcome -> 'item_id',
              case when left(sqlstate, 2) in ('22', '23') then 'refusal' else 'obstacle' end, reason,
              'retry_in_seconds', outcome -> 'retry_in_seconds'
            )
          )
        );
    end;
    results := results || result;
  end loop;
  return results;
end
$$;

revoke execute on function public.post_queue_settle(uuid, jsonb) from public, anon, authenticated;
revoke execute on function public.post_queue_settle_outcomes(uuid, jsonb) from public, anon, authenticated;
grant execute on function public.post_queue_settle(uuid, jsonb) to service_role;
grant execute on function public.post_queue_settle_outcomes(uuid, jsonb) to service_role;

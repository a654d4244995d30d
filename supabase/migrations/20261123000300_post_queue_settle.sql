-- Ends claimed items: posted, retried later, or failed. An item is posted, marked and recorded in one transaction, or
-- none of it happened.
--
--   claim_id  the claim under which the items were taken
--   outcomes  [{"item_id", "patch": {"cluster", "title", "watermark_enabled"}, "refusal", "retry_in_seconds"}, ...]
--             patch             what the new post says other than its original
--             refusal           why the item may not be posted: it fails at once
--             obstacle          why it could not be posted now: without a look at its original it is tried again, or
--                               fails when retries are used up
--             retry_in_seconds  how long to wait after a failure that may pass; null: no retry is left
--
-- Gives one result for each item: {"item_id", "outcome", "target_post_id", "error", "retry_count", "retry_at",
-- "time_to_post_seconds"}, with outcome one of
--   posted, retried, failed
--   lost       the claim was taken away (reset, rescued, cancelled, deleted); nothing was done
--   unsettled  still in hand, but its row is locked by another transaction; claim and settle again
--
-- Only items still held under the claim are touched. Repeating the call changes nothing and answers the same.
-- No row is waited for, or for 100 ms at a time (see post_queue_settle_outcomes), so no deadlock can arise: PostgREST
-- would repeat such a transaction without limit.

-- What was decided for an item, on its way from one statement of the settle to the next.
do $$
begin
  if to_regtype('public.post_queue_decision') is null then
    create type public.post_queue_decision as (
      item_id uuid,
      item_address tid,
      original_post_id uuid,
      patch jsonb,
      outcome text,
      error text,
      post_id uuid,
      post_exists boolean,
      retry_at timestamptz,
      time_to_post_seconds integer
    );
  end if;
end
$$;

-- The new post: the whole original, what governs access (price, is_ppv, is_subscriber_only and whatever comes to stand
-- beside them) with it, and a few columns laid over. Of the patch only what may differ is taken.
--
-- A row is copied and its columns set, which takes 5 µs, where jsonb_populate_record takes 20. Settings of its own would
-- cost 7 µs a call: it names nothing but built-in things, and its caller pins the search_path.
create or replace function public.post_queue_compose(
  original public.content_posts, post_id uuid, queue_item_id uuid, caption text, hashtags text[], patch jsonb
)
returns public.content_posts
language plpgsql
stable
security invoker
as $$
declare
  post public.content_posts := original;
begin
  post.id := post_id;
  post.queue_item_id := queue_item_id;
  post.original_post_id := original.id;
  post.is_crosspost := true;
  post.cluster := patch ->> 'cluster';
  post.title := coalesce(patch ->> 'title', original.title);
  post.description := coalesce(caption, original.description);
  post.tags := coalesce(hashtags, original.tags);
  post.watermark_enabled := coalesce((patch ->> 'watermark_enabled')::boolean, false);
  post.status := 'published';
  post.moderation_status := 'pending';
  post.view_count := 0;
  post.like_count := 0;
  post.comment_count := 0;
  post.share_count := 0;
  post.scheduled_at := null;
  post.published_at := now();
  post.created_at := now();
  post.updated_at := now();
  post.deleted_at := null;
  return post;
end
$$;

-- Inserts the new posts of what is decided to be posted: all in one statement, or, where a row is refused, in ten parts,
-- and so on down to the bad row by itself. It gives the decisions back, those of bad rows changed to why.
create or replace function public.post_queue_insert_posts(decisions public.post_queue_decision[])
returns public.post_queue_decision[]
language plpgsql
security invoker
set search_path = ''
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  part_size constant integer := ceil(cardinality(decisions) / 10.0);
  parts public.post_queue_decision[] := '{}';
  wanted integer;
  inserted integer;
begin
  insert into public.content_posts
  select post.*
  from unnest(decisions) as d
  join public.multiplatform_post_queue q
    on q.id = d.item_id and q.ctid = any (array(select item.item_address from unnest(decisions) as item))
  join public.content_posts original
    on original.id = d.original_post_id
    and original.id = any (array(select distinct item.original_post_id from unnest(decisions) as item))
    -- Once more, because the original may have changed since the decision.
    and original.creator_id = q.creator_id
  cross join lateral public.post_queue_compose(
    original, d.post_id, d.item_id, q.modified_caption, q.modified_hashtags, d.patch
  ) as post
  where d.outcome = 'posted' and not d.post_exists;

  get diagnostics inserted = row_count;
  select count(*) into wanted from unnest(decisions) as d where d.outcome = 'posted' and not d.post_exists;
  if inserted <> wanted then
    raise exception '% of % originals changed while they were being posted', wanted - inserted, wanted
      using errcode = 'serialization_failure';
  end if;
  return decisions;
exception
  when others then
    if cardinality(decisions) = 1 then
      -- Class 22, bad data, and class 23, a constraint, cannot pass. Anything else may.
      if left(sqlstate, 2) in ('22', '23') or decisions[1].retry_at is null then
        decisions[1].outcome := 'failed';
      else
        decisions[1].outcome := 'retried';
      end if;
      decisions[1].error := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
      return decisions;
    end if;
    for part_start in 1..cardinality(decisions) by part_size loop
      parts := parts || public.post_queue_insert_posts(decisions[part_start:part_start + part_size - 1]);
    end loop;
    return parts;
end
$$;

-- The set-based part: all outcomes together, all or none.
--
-- The planner cannot know how many items a claim holds, and may expect one: it would join by nested loops, whose cost
-- grows with the square of the batch, or read whole tables. So every table is read by a list of keys or addresses,
-- whatever its size and statistics, and what was read is joined by hashing. Costs mean nothing then, and must not set off
-- the JIT compiler.
create or replace function public.post_queue_settle_outcomes(claim_id uuid, outcomes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  usual_lock_timeout constant text := current_setting('lock_timeout');
  decisions public.post_queue_decision[];
  results jsonb;
begin
  -- "skip locked" has a gap: an original or a creator that a transaction still open has changed and then deleted or
  -- locked is waited for all the same. That transaction may come to wait for our queue rows, so the wait ends before
  -- anybody looks for a deadlock (deadlock_timeout, 1 s by default).
  perform set_config('lock_timeout', '100ms', true);
  with outcome as materialized (
    select distinct on (o.item_id) o.*
    from jsonb_to_recordset(outcomes) as o (
      item_id uuid, patch jsonb, refusal text, obstacle text, retry_in_seconds numeric
    )
    order by o.item_id
  ),
  held as materialized (
    select q.ctid as address, q.id, q.creator_id, q.original_post_id, q.queued_at
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
  -- An item that was posted and then queued again by hand is marked as what it is.
  existing as materialized (
    select p.id, p.queue_item_id
    from public.content_posts p
    where p.queue_item_id = any (array(select held.id from held))
  ),
  judged as materialized (
    select
      held.*,
      outcome.patch,
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
    left join existing on existing.queue_item_id = held.id
  )
  select array_agg(
    row(
      id,
      address,
      original_post_id,
      patch,
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
    )::public.post_queue_decision
  )
  into decisions
  from judged;
  perform set_config('lock_timeout', usual_lock_timeout, true);

  decisions := public.post_queue_insert_posts(coalesce(decisions, '{}'));

  -- claim_id and processing_started_at stay: together they say that it was this claim that settled the item.
  with marked as (
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
    from unnest(decisions) as d
    where q.id = d.item_id
      and q.ctid = any (array(select item.item_address from unnest(decisions) as item))
    returning
      q.id, q.original_post_id, q.creator_id, q.target_platform, q.retry_count, d.outcome, d.error, d.post_id,
      d.post_exists, d.retry_at, d.time_to_post_seconds
  ),
  recorded as (
    insert into public.multiplatform_post_history (
      original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at
    )
    select original_post_id, creator_id, target_platform, post_id, time_to_post_seconds, now()
    from marked
    where outcome = 'posted' and not post_exists
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'item_id', id,
        'outcome', outcome,
        'target_post_id', case when outcome = 'posted' then post_id end,
        'error', error,
        'retry_count', retry_count,
        'retry_at', case when outcome = 'retried' then retry_at end,
        'time_to_post_seconds', case when outcome = 'posted' then time_to_post_seconds end
      )
    ),
    '[]'
  )
  into results
  from marked;

  if jsonb_array_length(results) <> cardinality(decisions) then
    raise exception '% of % items changed while they were being settled; call post_queue_settle again',
      cardinality(decisions) - jsonb_array_length(results), cardinality(decisions)
      using errcode = 'serialization_failure';
  end if;

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

  -- Tables are waited for as ever, where a migration holds them.
  lock table public.multiplatform_post_queue, public.creators, public.content_posts in row share mode;

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
        reason := case sqlstate
          when '55P03' then 'The original post or its creator is locked by another transaction.'
          else format('%s (SQLSTATE %s)', sqlerrm, sqlstate)
        end;
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
revoke execute on function public.post_queue_insert_posts(public.post_queue_decision[]) from public, anon, authenticated;
revoke execute on function public.post_queue_compose(public.content_posts, uuid, uuid, text, text[], jsonb)
  from public, anon, authenticated;
grant execute on function public.post_queue_settle(uuid, jsonb) to service_role;
grant execute on function public.post_queue_settle_outcomes(uuid, jsonb) to service_role;
grant execute on function public.post_queue_insert_posts(public.post_queue_decision[]) to service_role;
grant execute on function public.post_queue_compose(public.content_posts, uuid, uuid, text, text[], jsonb) to service_role;

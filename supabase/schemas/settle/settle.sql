-- Ends claimed items: posted, retried later, or failed. An item is posted, marked and recorded in one transaction, or
-- none of it happened.
--
--   claim_id  the claim under which the items were taken
--   outcomes  [{"item_id", "cluster", "refusal", "obstacle", "retry_in_seconds"}, ...]
--             cluster           the platform that the post is for
--             refusal           why the item may not be posted: it fails at once
--             obstacle          why it could not be posted now: without a look at its original it is tried again, or
--                               fails when retries are used up
--             retry_in_seconds  how long to wait after a failure that may pass; null: no retry is left
--
-- Gives one result for each item: {"item_id", "outcome", "target_post_id", "error", "retry_count", "retry_at",
-- "time_to_post_seconds"}, with outcome one of
--   posted, retried, failed
--   lost       the claim was taken away (reset, rescued, cancelled, deleted); nothing was done
--   unsettled  still in hand, because another transaction has its row locked, because the database refuses what would end
--              it, or because the environment failed ("error" says why); claim and settle again. "sqlstate" is of class 40
--              where it met what another transaction changed: then it may succeed at once
--
-- Only items still held under the claim are touched. Repeating the call changes nothing and answers the same.
-- No row is waited for, or for 100 ms at a time (see post_queue.judge), so no deadlock can arise, and no serialization
-- failure leaves it: PostgREST would repeat such a transaction without limit.
create or replace function public.post_queue_settle(claim_id uuid, outcomes jsonb)
returns json
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  results jsonb := '[]';
  outcome jsonb;
begin
  if claim_id is null or jsonb_typeof(outcomes) is distinct from 'array' then
    raise exception 'post_queue_settle needs a claim_id and an array of outcomes'
      using errcode = 'invalid_parameter_value';
  end if;

  -- A repetition that overtakes the first call waits for it here, instead of finding its rows locked.
  perform pg_advisory_xact_lock(hashtextextended(claim_id::text, 0));

  -- See post_queue_skip_crossposts.
  perform set_config('post_queue.settling', 'on', true);

  -- Tables are waited for as ever, where a migration holds them.
  lock table public.multiplatform_post_queue, public.creators, public.content_posts in row share mode;

  begin
    return post_queue.settle_outcomes(claim_id, outcomes);
  exception
    when others then
      -- Refused as a whole. Item by item below, so that the bad row fails alone.
  end;

  for outcome in select value from jsonb_array_elements(outcomes) loop
    results := results || post_queue.settle_alone(claim_id, outcome);
  end loop;
  return results;
end
$$;

revoke execute on function public.post_queue_settle(uuid, jsonb) from public, anon, authenticated;
grant execute on function public.post_queue_settle(uuid, jsonb) to service_role;

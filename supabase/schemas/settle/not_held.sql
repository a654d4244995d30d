-- Answers for the outcomes of a settle whose items it did not find in hand: settled before by this very claim (then the
-- answer is the same again), lost, or locked by another transaction.
--
--   claim_id, outcomes  as in post_queue_settle
--   results             those of the items that were held
--
-- A reset by hand with the document's UPDATE keeps claim_id but clears the start time, so it reads as lost.
create or replace function post_queue.not_held(claim_id uuid, outcomes jsonb, results jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
begin
  return (
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
        order by missing.item_id
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

revoke execute on function post_queue.not_held(uuid, jsonb, jsonb) from public, anon, authenticated;
grant execute on function post_queue.not_held(uuid, jsonb, jsonb) to service_role;

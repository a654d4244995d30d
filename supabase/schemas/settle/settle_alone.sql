-- Settles one item of a batch that was refused as a whole. What hinders it becomes its error: it fails or is tried again.
-- Where not even that can be written down, it is left as it is, unsettled, and the result says why.
--
--   claim_id  as in post_queue_settle
--   outcome   one of its outcomes
create or replace function post_queue.settle_alone(claim_id uuid, outcome jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  reason text;
  is_final boolean;
begin
  begin
    return post_queue.settle_outcomes(claim_id, jsonb_build_array(outcome))::jsonb;
  exception
    when lock_not_available then
      reason := 'The original post or its creator is locked by another transaction.';
      is_final := false;
    when others then
      if post_queue.is_environment(sqlstate) then
        raise;
      end if;
      reason := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
      -- Class 22, bad data, and class 23, a constraint, cannot pass. Anything else may.
      is_final := left(sqlstate, 2) in ('22', '23');
  end;

  return post_queue.settle_outcomes(
    claim_id,
    jsonb_build_array(
      jsonb_build_object(
        'item_id', outcome -> 'item_id',
        case when is_final then 'refusal' else 'obstacle' end, reason,
        'retry_in_seconds', outcome -> 'retry_in_seconds'
      )
    )
  )::jsonb;
exception
  when others then
    return jsonb_build_array(
      jsonb_build_object(
        'item_id', outcome -> 'item_id',
        'outcome', 'unsettled',
        'error', format('%s (SQLSTATE %s)', sqlerrm, sqlstate),
        'sqlstate', sqlstate
      )
    );
end
$$;

revoke execute on function post_queue.settle_alone(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.settle_alone(uuid, jsonb) to service_role;

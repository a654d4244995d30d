-- The set-based part of the settle: all outcomes together, all or none. See post_queue_settle for what they are.
create or replace function post_queue.settle_outcomes(claim_id uuid, outcomes jsonb)
returns json
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  verdicts post_queue.verdict[];
  finished json;
  results jsonb;
begin
  verdicts := post_queue.judge(claim_id, outcomes);
  verdicts := post_queue.insert_posts(verdicts, post_queue.columns_to_copy());
  -- What the environment kept from being inserted stays in hand, with no try charged.
  results := (
    select jsonb_agg(
      jsonb_build_object('item_id', v.item_id, 'outcome', 'unsettled', 'error', v.error) order by v.item_id
    )
    from unnest(verdicts) as v
    where v.outcome = 'unsettled'
  );
  if results is not null then
    verdicts := array(select v from unnest(verdicts) as v where v.outcome <> 'unsettled');
  end if;
  finished := post_queue.finish(verdicts);
  -- Deferred constraints and triggers speak up now, not when the transaction ends, where nobody could tell which item it
  -- was and all would be undone.
  set constraints all immediate;

  if cardinality(verdicts) = jsonb_array_length(outcomes) then
    return finished;
  end if;
  results := finished::jsonb || coalesce(results, '[]');
  return results || post_queue.not_held(claim_id, outcomes, results);
end
$$;

revoke execute on function post_queue.settle_outcomes(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.settle_outcomes(uuid, jsonb) to service_role;

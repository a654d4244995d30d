-- How a prune of rows that are no items begins: what it was given is checked, and one of each kind runs at a time.
--
--   function_name    who asks: post_queue_prune_history or post_queue_prune_changes
--   pruned, kind     the table, and what it is called in the sentence
--
-- Gives false where another one is at it.
create or replace function post_queue.begin_prune(
  function_name text, pruned text, kind text, older_than timestamptz, idempotency_key text, actor text
)
returns boolean
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if older_than is null or older_than > now() - interval '1 day' or idempotency_key is null or actor is null then
    raise exception '% needs a time at least a day ago, a key and an actor', function_name
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active(pruned) then
    raise exception 'row-level security hides the % from role %', kind, current_user
      using errcode = 'insufficient_privilege';
  end if;

  return pg_try_advisory_xact_lock(hashtextextended(function_name, 0));
end
$$;

revoke execute on function post_queue.begin_prune(text, text, text, timestamptz, text, text) from public, anon, authenticated;
grant execute on function post_queue.begin_prune(text, text, text, timestamptz, text, text) to service_role;

-- Deletes up to 1,000 rows of the history that are older than the given time, the oldest first, and passes locked ones by.
-- The time is at least a day ago. Gives how many it deleted: fewer than 1,000 means that this was the last portion.
create or replace function public.post_queue_prune_history(older_than timestamptz)
returns jsonb
language plpgsql
security invoker
set search_path = ''
set lock_timeout = '100ms'
set enable_seqscan = off
set jit = off
as $$
declare
  deleted integer;
begin
  if older_than is null or older_than > now() - interval '1 day' then
    raise exception 'post_queue_prune_history needs a time at least a day ago' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the history from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  with held as materialized (
    select h.id
    from public.multiplatform_post_history h
    where h.posted_at < older_than
    order by h.posted_at
    limit 1000
    for update skip locked
  )
  delete from public.multiplatform_post_history h using held where h.id = held.id;
  get diagnostics deleted = row_count;
  return to_jsonb(deleted);
end
$$;

revoke execute on function public.post_queue_prune_history(timestamptz) from public, anon, authenticated;
grant execute on function public.post_queue_prune_history(timestamptz) to service_role;

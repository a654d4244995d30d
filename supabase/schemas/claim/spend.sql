-- Counts what a claim took against the limits of its platforms. A limit counts what is taken, not what becomes of it: an
-- item that fails, or whose worker dies, is taken again and counts again, so a platform never sees more than its limit.
--
--   claim_id  the claim, whose items are all taken
create or replace function post_queue.spend(claim_id uuid)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
begin
  with taken as materialized (
    select q.target_platform as platform, count(*) as items
    from public.multiplatform_post_queue q
    where q.claim_id = this_claim
    group by q.target_platform
  )
  update post_queue.limits l
  set next_at = greatest(post_queue.next_moment(l.next_at, l.per_minute), now() - interval '10 seconds')
    + taken.items * interval '1 minute' / l.per_minute
  from taken
  where l.platform = taken.platform and l.per_minute is not null;
end
$$;

revoke execute on function post_queue.spend(uuid) from public, anon, authenticated;
grant execute on function post_queue.spend(uuid) to service_role;

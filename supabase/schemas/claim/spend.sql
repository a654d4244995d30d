-- Counts what a claim took against the limits of its platforms. A limit counts what is taken, not what becomes of it: an
-- item that fails, or whose worker dies, is taken again and counts again, so a platform never sees more than its limit.
--
--   item_ids  what the claim took
create or replace function post_queue.spend(item_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
begin
  with taken as materialized (
    select q.target_platform as platform, count(*) as items
    from public.multiplatform_post_queue q
    where q.id = any (item_ids)
    group by q.target_platform
  )
  update post_queue.limits l
  set next_at = greatest(post_queue.next_moment(l.next_at, l.per_minute), now() - interval '10 seconds')
    + taken.items * interval '1 minute' / l.per_minute
  from taken
  where l.platform = taken.platform and l.per_minute is not null;
end
$$;

revoke execute on function post_queue.spend(uuid[]) from public, anon, authenticated;
grant execute on function post_queue.spend(uuid[]) to service_role;

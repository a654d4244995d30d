-- What holds a queued item up: {"paused": the pause that keeps it, or null, "per_minute": its platform's limit, or null, "ahead":
-- {"count", "precision"} of the items of its platform that are due before it, exact to 10,000}.
create or replace function post_queue.waits(item public.multiplatform_post_queue)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
  select jsonb_build_object(
    'paused', (
      select jsonb_build_object(
        'platform', p.platform, 'paused_at', p.paused_at, 'paused_by', p.paused_by, 'reason', p.reason
      )
      from post_queue.pauses p
      where p.resumed_at is null and p.platform in (item.target_platform, '*')
      order by p.platform = '*', p.paused_at
      limit 1
    ),
    'per_minute', (select l.per_minute from post_queue.limits l where l.platform = item.target_platform),
    'ahead', (
      select post_queue.bounded(count(*), 10000)
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'queued' and left(q.target_platform, 63) = any (array[left(item.target_platform, 63)])
          and (greatest(q.scheduled_for, q.queued_at), q.id) < (greatest(item.scheduled_for, item.queued_at), item.id)
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit 10000
      ) as before
    )
  )
$$;

revoke execute on function post_queue.waits(public.multiplatform_post_queue) from public, anon, authenticated;
grant execute on function post_queue.waits(public.multiplatform_post_queue) to service_role;

-- Whose items most of what is due are, among the oldest 1,000 due: {"creator_id", "creator_name", "count", "among"}; null where
-- nothing is due.
create or replace function post_queue.top_creator()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
  select jsonb_build_object(
    'creator_id', most.creator_id,
    'creator_name', (select c.creator_name from public.creators c where c.id = most.creator_id),
    'count', most.number,
    'among', most.among
  )
  from (
    select oldest.creator_id, count(*) as number, sum(count(*)) over () as among
    from (
      select q.creator_id
      from public.multiplatform_post_queue q
      where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
      order by greatest(q.scheduled_for, q.queued_at), q.id
      limit 1000
    ) as oldest
    group by oldest.creator_id
    order by count(*) desc, oldest.creator_id
    limit 1
  ) as most
$$;

revoke execute on function post_queue.top_creator() from public, anon, authenticated;
grant execute on function post_queue.top_creator() to service_role;

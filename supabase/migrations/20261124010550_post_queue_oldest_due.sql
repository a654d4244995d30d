-- When the oldest of the due items came due that no pause holds back; null where there is none. One entry of the index by
-- platform is read for each platform, however many items wait. Items of unknown platforms are not looked for.
create or replace function public.post_queue_oldest_due()
returns timestamptz
language sql
stable
security invoker
set search_path = ''
set enable_seqscan = off
set enable_sort = off
set enable_bitmapscan = off
set jit = off
as $$
  select min(oldest.due_at)
  from unnest(enum_range(null::public.platform_cluster)::text[]) as open (platform)
  cross join lateral (
    select coalesce(q.scheduled_for, q.queued_at) as due_at
    from public.multiplatform_post_queue q
    where q.status = 'queued'
      -- See post_queue_pick_open.
      and left(q.target_platform, 63) = any (array[open.platform])
      and coalesce(q.scheduled_for, q.queued_at) <= now()
    order by left(q.target_platform, 63), coalesce(q.scheduled_for, q.queued_at), q.id
    limit 1
  ) as oldest
  where not exists (
    select from public.post_queue_pauses p where p.platform in ('*', open.platform) and p.resumed_at is null
  )
$$;

revoke execute on function public.post_queue_oldest_due() from public, anon, authenticated;
grant execute on function public.post_queue_oldest_due() to service_role;

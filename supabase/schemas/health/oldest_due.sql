-- Since when the due item that has waited longest could have been taken; null where none could be. The one rule of it, for
-- heartbeat, overview and console.
--
-- Where something is paused or limited, one entry of the index by platform is read for each platform, however many items
-- wait; items of unknown platforms are not looked for then.
--
-- What is paused could not be taken. What is limited could be from the moment on from which the limit let the next one
-- through: so what waits for its limit has not waited yet, and what a dead worker leaves lying has, limit or not.
create or replace function post_queue.oldest_due()
returns timestamptz
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_bitmapscan = off
set jit = off
as $$
  select case
    when not exists (select from post_queue.pauses p where p.resumed_at is null)
      and not exists (select from post_queue.limits l where l.per_minute is not null)
      then (
        select greatest(q.scheduled_for, q.queued_at)
        from public.multiplatform_post_queue q
        where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
        order by greatest(q.scheduled_for, q.queued_at), q.id
        limit 1
      )
    else (
      select min(could_be_taken.since)
      from unnest(enum_range(null::public.platform_cluster)::text[]) as open (platform)
      cross join lateral (
        select greatest(q.scheduled_for, q.queued_at) as due_at
        from public.multiplatform_post_queue q
        where q.status = 'queued'
          -- See post_queue.pick_open.
          and left(q.target_platform, 63) = any (array[open.platform])
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit 1
      ) as oldest
      left join post_queue.limits l on l.platform = open.platform and l.per_minute is not null
      cross join lateral (select greatest(oldest.due_at, post_queue.next_moment(l.next_at, l.per_minute)) as since) as could_be_taken
      where could_be_taken.since <= now()
        and not exists (
          select from post_queue.pauses p where p.platform in ('*', open.platform) and p.resumed_at is null
        )
    )
  end
$$;

revoke execute on function post_queue.oldest_due() from public, anon, authenticated;
grant execute on function post_queue.oldest_due() to service_role;

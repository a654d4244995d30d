-- Queues items again, for a change. An item that has its post is marked as what it is.
--
--   ids         which
--   changeable  what they may be in; others, and locked ones, are passed by
--
-- Gives those that it changed, what each was before, and how many of them had their post.
create or replace function post_queue.retry_items(
  ids uuid[], changeable public.platform_post_status[], out changed uuid[], out before public.platform_post_status[],
  out posted_already bigint
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  with held as materialized (
    select q.id, q.creator_id, q.status
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for no key update skip locked
  ),
  -- An item that has its post is marked as what it is, as the settle does, and like there only by its creator's own post.
  posted as materialized (
    select distinct on (held.id) held.id, p.id as post_id
    from public.content_posts p
    join held on held.id = p.queue_item_id and held.creator_id = p.creator_id
    where p.queue_item_id = any (array(select held.id from held))
    order by held.id, p.id
  ),
  retried as (
    update public.multiplatform_post_queue q
    set
      status = case when posted.id is null then 'queued' else 'posted' end::public.platform_post_status,
      target_post_id = coalesce(posted.post_id, q.target_post_id),
      completed_at = case when posted.id is null then q.completed_at else coalesce(q.completed_at, now()) end,
      error_message = null,
      failed_at = null,
      retry_count = 0,
      rescue_count = 0,
      -- Due now, or when it was scheduled for. Not when it was queued: it would pass by all that wait.
      scheduled_for = greatest(q.scheduled_for, now()),
      processing_started_at = null,
      claim_id = null,
      updated_at = now()
    from held
    left join posted on posted.id = held.id
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id, held.status, posted.id is not null as is_posted
  )
  select array_agg(retried.id), array_agg(retried.status), count(*) filter (where retried.is_posted)
  into changed, before, posted_already
  from retried;
  perform post_queue.own_path();

  -- An item that is retried again and again keeps the last of its tries. In a life of its own it makes 41 at most: 20
  -- retries, 20 rescues, and its end.
  delete from post_queue.tries t
  using (
    select tried.id, row_number() over (partition by tried.item_id order by tried.tried_at desc, tried.id desc) as place
    from post_queue.tries tried
    where tried.item_id = any (changed)
  ) as aged
  where t.id = aged.id and aged.place > 20;
end
$$;

revoke execute on function post_queue.retry_items(uuid[], public.platform_post_status[]) from public, anon, authenticated;
grant execute on function post_queue.retry_items(uuid[], public.platform_post_status[]) to service_role;

-- The original of an item, as the claim gives it: without its texts, and without settings (see post_queue.taken_item).
create or replace function post_queue.taken_original(original public.content_posts)
returns json
language sql
stable
security invoker
as $$
  select pg_catalog.json_build_object(
    'creator_id', original.creator_id,
    'title', original.title,
    'status', original.status,
    'moderation_status', original.moderation_status,
    'is_deleted', original.deleted_at is not null,
    'is_crosspost', original.is_crosspost
  )
$$;

revoke execute on function post_queue.taken_original(public.content_posts) from public, anon, authenticated;
grant execute on function post_queue.taken_original(public.content_posts) to service_role;

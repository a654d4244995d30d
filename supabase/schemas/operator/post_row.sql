-- A post as an operator sees it, beside the item that made it or was made of it.
create or replace function post_queue.post_row(post public.content_posts)
returns jsonb
language sql
stable
security invoker
as $$
  select jsonb_build_object(
    'id', post.id,
    'cluster', post.cluster,
    'title', post.title,
    'description', left(post.description, 20000),
    'tags', to_jsonb(post.tags[1:100]),
    'content_type', post.content_type,
    'price', post.price,
    'is_ppv', post.is_ppv,
    'is_subscriber_only', post.is_subscriber_only,
    'adult_content', post.adult_content,
    'watermark_enabled', post.watermark_enabled,
    'status', post.status,
    'moderation_status', post.moderation_status,
    'published_at', post_queue.moment(post.published_at),
    'created_at', post_queue.moment(post.created_at),
    'deleted_at', post_queue.moment(post.deleted_at)
  )
$$;

revoke execute on function post_queue.post_row(public.content_posts) from public, anon, authenticated;
grant execute on function post_queue.post_row(public.content_posts) to service_role;

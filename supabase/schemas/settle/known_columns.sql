-- The columns of content_posts that this repository sets, or that carry the content or govern access. A cross-post gets
-- them wherever they stand, in a unique index too: a paid post must not become free because somebody made an index over
-- its price, and a post without its file is worse than none. An item that such an index refuses fails alone.
--
-- A constant to the planner. Settings of its own would make it a call: it names nothing but built-in things.
create or replace function post_queue.known_columns()
returns name[]
language sql
immutable
security invoker
as $$
  select array[
    'id', 'creator_id', 'cluster', 'title', 'description', 'content_type', 'content_url', 'thumbnail_url', 'price',
    'is_ppv', 'is_subscriber_only', 'status', 'moderation_status', 'view_count', 'like_count', 'comment_count',
    'share_count', 'duration', 'file_size', 'tags', 'adult_content', 'scheduled_at', 'published_at', 'created_at',
    'updated_at', 'deleted_at', 'is_crosspost', 'original_post_id', 'watermark_enabled', 'queue_item_id'
  ]::name[]
$$;

revoke execute on function post_queue.known_columns() from public, anon, authenticated;
grant execute on function post_queue.known_columns() to service_role;

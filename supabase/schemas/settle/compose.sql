-- The new post: the whole original, what governs access (price, is_ppv, is_subscriber_only and whatever comes to stand
-- beside them) with it, and a few columns laid over. What its creator wrote for this platform is the item's of this moment,
-- all of it, so that no post has an old title and a new caption.
--
-- A row is copied and its columns set, which takes 5 µs, where jsonb_populate_record takes 20. Settings of its own would
-- cost 7 µs a call, and it runs while triggers of others may: it names in full what is not the language's own.
create or replace function post_queue.compose(
  original public.content_posts, post_id uuid, queue_item_id uuid, cluster text, title text, caption text, hashtags text[],
  watermark boolean
)
returns public.content_posts
language plpgsql
stable
security invoker
as $$
declare
  post public.content_posts := original;
begin
  post.id := post_id;
  post.queue_item_id := queue_item_id;
  post.original_post_id := original.id;
  post.is_crosspost := true;
  post.cluster := cluster;
  post.title := coalesce(title, original.title);
  post.description := coalesce(caption, original.description);
  post.tags := coalesce(hashtags, original.tags);
  post.watermark_enabled := coalesce(watermark, false);
  post.status := 'published';
  post.moderation_status := 'pending';
  post.view_count := 0;
  post.like_count := 0;
  post.comment_count := 0;
  post.share_count := 0;
  post.scheduled_at := null;
  post.published_at := pg_catalog.now();
  post.created_at := pg_catalog.now();
  post.updated_at := pg_catalog.now();
  post.deleted_at := null;
  return post;
end
$$;

revoke execute on function post_queue.compose(public.content_posts, uuid, uuid, text, text, text, text[], boolean)
  from public, anon, authenticated;
grant execute on function post_queue.compose(public.content_posts, uuid, uuid, text, text, text, text[], boolean) to service_role;

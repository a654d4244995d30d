-- A queue item as an operator sees it: its row, the title that its post has, its creator's name. Text that people wrote is
-- cut to what a table can show.
create or replace function post_queue.item_row(item public.multiplatform_post_queue)
returns jsonb
language sql
stable
security invoker
as $$
  select jsonb_build_object(
    'id', item.id,
    'status', item.status,
    'target_platform', left(item.target_platform, 100),
    'title', left(coalesce(
      item.modified_title, (select p.title from public.content_posts p where p.id = item.original_post_id)
    ), 255),
    'original_post_id', item.original_post_id,
    'creator_id', item.creator_id,
    'creator_name', (select c.creator_name from public.creators c where c.id = item.creator_id),
    'target_post_id', item.target_post_id,
    'error', left(item.error_message, 1000),
    'cause', case when item.error_message is not null then public.error_cause(item.error_message) end,
    'retry_count', item.retry_count,
    'max_retries', item.max_retries,
    'rescue_count', item.rescue_count,
    'queued_at', post_queue.moment(item.queued_at),
    'scheduled_for', post_queue.moment(item.scheduled_for),
    'due_at', post_queue.moment(greatest(item.scheduled_for, item.queued_at)),
    'processing_started_at', post_queue.moment(item.processing_started_at),
    'completed_at', post_queue.moment(item.completed_at),
    'failed_at', post_queue.moment(item.failed_at),
    'updated_at', post_queue.moment(item.updated_at)
  )
$$;

revoke execute on function post_queue.item_row(public.multiplatform_post_queue) from public, anon, authenticated;
grant execute on function post_queue.item_row(public.multiplatform_post_queue) to service_role;

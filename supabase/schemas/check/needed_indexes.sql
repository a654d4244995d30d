-- The indexes that the functions need: the one list of them. The migration builds what is missing of it, check says what is
-- missing, and check --before-migration prints what to build beforehand.
--
--   keys       what the index stands on, and its condition
--   adds       a column that it stands on and that older tables lack
--   served_by  a column: any index of the whole table that begins with it serves as well, under whatever name
--   follows    what it costs to be without it
--
-- A cascading delete looks up what is served_by; without an index it reads the whole table.
create or replace function post_queue.needed_indexes()
returns table (name text, table_name text, is_unique boolean, keys text, adds text, served_by text, follows text)
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  values
    -- The claim reads from the front of this index and stops after one batch, however long the queue is. An item is as old as
    -- when it was queued: a schedule in the past puts it before nobody.
    (
      'multiplatform_post_queue_due_idx', 'multiplatform_post_queue', false,
      '(greatest(scheduled_for, queued_at), id) where status = ''queued''', null, null,
      'Each claim reads and sorts all that is queued.'
    ),
    -- How the claim finds items where it may not simply take the oldest: by platform where one is paused or limited, by
    -- creator where creators take turns. The claim reads a few entries for each, however many wait. They cost each item that
    -- is queued one entry more; what is claimed and settled pays nothing, because they hold only what is queued.
    --
    -- A platform's name is no longer than 63; what stands in the row may be too long for an index.
    (
      'multiplatform_post_queue_platform_due_idx', 'multiplatform_post_queue', false,
      '(left(target_platform, 63), greatest(scheduled_for, queued_at), id) where status = ''queued''', null, null,
      'Each claim reads and sorts all that is queued while a platform is paused or limited.'
    ),
    (
      'multiplatform_post_queue_creator_due_idx', 'multiplatform_post_queue', false,
      '(creator_id, greatest(scheduled_for, queued_at), id) where status = ''queued''', null, null,
      'Each claim reads and sorts all that is queued where Queue__Fair is set.'
    ),
    -- Rescue, reset and the stuck count. Holds only what is in hand, so it stays tiny.
    (
      'multiplatform_post_queue_processing_idx', 'multiplatform_post_queue', false,
      '(coalesce(processing_started_at, ''-infinity''::timestamptz)) where status = ''processing''', null, null,
      'Each claim reads the whole queue for items of workers that are gone.'
    ),
    -- Failures of the last hour and day.
    (
      'multiplatform_post_queue_failed_idx', 'multiplatform_post_queue', false,
      '(failed_at) where status = ''failed''', null, null,
      'Each heartbeat reads the whole queue for failed items.'
    ),
    -- Where an operator's questions begin: failed, posted and cancelled items by time, failed ones by cause and platform. Those of failed
    -- and cancelled items cost a claim and a settle that posts nothing but the look at their condition; that of the posted
    -- ones is written at its end, once an item (docs/performance.md has what it costs).
    (
      'multiplatform_post_queue_cause_idx', 'multiplatform_post_queue', false,
      '(public.error_cause(error_message), coalesce(failed_at, queued_at), id) where status = ''failed''', null, null,
      'The operator''s failures by cause read the whole queue.'
    ),
    (
      'multiplatform_post_queue_failures_idx', 'multiplatform_post_queue', false,
      '(coalesce(failed_at, queued_at), id) where status = ''failed''', null, null,
      'The operator''s page of failed items reads the whole queue.'
    ),
    (
      'multiplatform_post_queue_failed_platform_idx', 'multiplatform_post_queue', false,
      '(left(target_platform, 63)) where status = ''failed''', null, null,
      'The operator''s overview reads the whole queue where very many items are failed.'
    ),
    (
      'multiplatform_post_queue_posted_idx', 'multiplatform_post_queue', false,
      '(coalesce(completed_at, queued_at), id) where status = ''posted''', null, null,
      'The operator''s page of posted items, and the prune, read the whole queue.'
    ),
    (
      'multiplatform_post_queue_cancelled_idx', 'multiplatform_post_queue', false,
      '(coalesce(updated_at, queued_at), id) where status = ''cancelled''', null, null,
      'The operator''s page of cancelled items reads the whole queue.'
    ),
    -- Where an operator's search for a creator begins: names by their first letters, in capitals or not.
    (
      'creators_name_idx', 'creators', false, '(lower(creator_name) text_pattern_ops, id)', null, null,
      'The operator''s search for a creator reads all creators.'
    ),
    -- The posts of the last hour.
    (
      'multiplatform_post_history_posted_at_idx', 'multiplatform_post_history', false, '(posted_at)', null, null,
      'Each heartbeat reads the whole history.'
    ),
    (
      'content_posts_queue_item_id_key', 'content_posts', true, '(queue_item_id) where queue_item_id is not null',
      'queue_item_id uuid', null,
      'The second wall against a double post is not there; the claim alone prevents it.'
    ),
    (
      'content_posts_creator_id_idx', 'content_posts', false, '(creator_id)', null, 'creator_id',
      'Deleting a creator reads all posts.'
    ),
    (
      'multiplatform_post_queue_original_post_id_idx', 'multiplatform_post_queue', false, '(original_post_id)', null,
      'original_post_id', 'Deleting a post reads the whole queue.'
    ),
    (
      'multiplatform_post_queue_creator_id_idx', 'multiplatform_post_queue', false, '(creator_id)', null, 'creator_id',
      'Deleting a creator reads the whole queue.'
    ),
    (
      'multiplatform_post_history_original_post_id_idx', 'multiplatform_post_history', false, '(original_post_id)', null,
      'original_post_id', 'Deleting a post reads the whole history.'
    ),
    (
      'multiplatform_post_history_creator_id_idx', 'multiplatform_post_history', false, '(creator_id)', null, 'creator_id',
      'Deleting a creator reads the whole history.'
    )
$$;

revoke execute on function post_queue.needed_indexes() from public, anon, authenticated;
grant execute on function post_queue.needed_indexes() to service_role;

-- How the claim finds items where it may not simply take the oldest: by platform where one is paused or limited, by creator
-- where creators take turns. The claim reads a few entries for each platform or creator, however many wait.
--
-- A platform's name is no longer than 63; what stands in the row may be too long for an index.
--
-- They cost each item that is queued one entry more; what is claimed and settled pays nothing, because they hold only what
-- is queued. On a table with millions of queued items build them beforehand with CREATE INDEX CONCURRENTLY under the names
-- below (docs/operations.md).
create index if not exists multiplatform_post_queue_platform_due_idx
  on public.multiplatform_post_queue (left(target_platform, 63), coalesce(scheduled_for, queued_at), id)
  where status = 'queued';

create index if not exists multiplatform_post_queue_creator_due_idx
  on public.multiplatform_post_queue (creator_id, coalesce(scheduled_for, queued_at), id)
  where status = 'queued';

-- What the queue needs beyond production's columns and indexes.
--
-- On a table of many millions of rows build the indexes beforehand with CREATE INDEX CONCURRENTLY under the names below
-- (docs/operations.md): a migration runs in a transaction, where only the blocking form is allowed.

alter table public.multiplatform_post_queue
  add column if not exists claim_id uuid,
  add column if not exists rescue_count integer not null default 0;

comment on column public.multiplatform_post_queue.claim_id is
  'The run that took the item last. Kept when the item is settled, so that a repeated settle answers the same.';
comment on column public.multiplatform_post_queue.rescue_count is
  'How often the item was freed because its worker was gone.';

-- The claim reads from the front of this index and stops after one batch, however long the queue is. An item is as old as
-- when it was queued: a schedule in the past puts it before nobody.
create index if not exists multiplatform_post_queue_due_idx
  on public.multiplatform_post_queue (greatest(scheduled_for, queued_at), id)
  where status = 'queued';

-- Rescue, reset and the stuck count. Holds only what is in hand, so it stays tiny.
create index if not exists multiplatform_post_queue_processing_idx
  on public.multiplatform_post_queue (coalesce(processing_started_at, '-infinity'::timestamptz))
  where status = 'processing';

-- Failures of the last hour and day.
create index if not exists multiplatform_post_queue_failed_idx
  on public.multiplatform_post_queue (failed_at)
  where status = 'failed';

-- How the claim finds items where it may not simply take the oldest: by platform where one is paused or limited, by creator
-- where creators take turns. The claim reads a few entries for each platform or creator, however many wait.
--
-- A platform's name is no longer than 63; what stands in the row may be too long for an index.
--
-- They cost each item that is queued one entry more; what is claimed and settled pays nothing, because they hold only what
-- is queued.
create index if not exists multiplatform_post_queue_platform_due_idx
  on public.multiplatform_post_queue (left(target_platform, 63), greatest(scheduled_for, queued_at), id)
  where status = 'queued';

create index if not exists multiplatform_post_queue_creator_due_idx
  on public.multiplatform_post_queue (creator_id, greatest(scheduled_for, queued_at), id)
  where status = 'queued';

-- Where an operator's questions begin: failed, posted and cancelled items by time. Those of failed and cancelled items cost
-- a claim and a settle that posts nothing but the look at their condition; that of the posted ones is written at its end,
-- once an item (docs/performance.md has what it costs). A fourth, by cause, stands in bindings.
create index if not exists multiplatform_post_queue_failures_idx
  on public.multiplatform_post_queue (coalesce(failed_at, queued_at), id)
  where status = 'failed';

create index if not exists multiplatform_post_queue_posted_idx
  on public.multiplatform_post_queue (coalesce(completed_at, queued_at), id)
  where status = 'posted';

create index if not exists multiplatform_post_queue_cancelled_idx
  on public.multiplatform_post_queue (coalesce(updated_at, queued_at), id)
  where status = 'cancelled';

-- Where an operator's questions begin: the failed items by cause, and failed, posted and cancelled ones by time. Those of
-- failed and cancelled items cost a claim and a settle that posts nothing but the look at their condition; that of the
-- posted ones is written at its end, once an item (docs/performance.md has what it costs).
--
-- On a table of many millions of rows build them beforehand with CREATE INDEX CONCURRENTLY under the names below
-- (docs/operations.md).

create index if not exists multiplatform_post_queue_cause_idx
  on public.multiplatform_post_queue (public.error_cause(error_message), coalesce(failed_at, queued_at), id)
  where status = 'failed';

create index if not exists multiplatform_post_queue_failures_idx
  on public.multiplatform_post_queue (coalesce(failed_at, queued_at), id)
  where status = 'failed';

create index if not exists multiplatform_post_queue_posted_idx
  on public.multiplatform_post_queue (coalesce(completed_at, queued_at), id)
  where status = 'posted';

create index if not exists multiplatform_post_queue_cancelled_idx
  on public.multiplatform_post_queue (coalesce(updated_at, queued_at), id)
  where status = 'cancelled';

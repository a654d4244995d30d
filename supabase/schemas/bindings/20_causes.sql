-- Where an operator's look at the failures begins: by cause.
--
-- On a table of many millions of rows build it beforehand with CREATE INDEX CONCURRENTLY under this name
-- (docs/operations.md).
create index if not exists multiplatform_post_queue_cause_idx
  on public.multiplatform_post_queue (public.error_cause(error_message), coalesce(failed_at, queued_at), id)
  where status = 'failed';

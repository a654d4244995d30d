-- What only the worker may write is guarded in the database, for whomever row-level security applies to. The condition is
-- looked at before the function is called, so the worker pays for no more than that; by the table's oid, so that no row looks a
-- name up.
create or replace trigger post_queue_guard
  after insert or update on public.multiplatform_post_queue
  for each row
  when (pg_catalog.row_security_active('public.multiplatform_post_queue'::pg_catalog.regclass))
  execute function public.post_queue_guard_item();

-- content_posts has no row-level security of ours: whoever bypasses it on the queue is the worker or the owner here, too.
create or replace trigger post_queue_guard
  after insert or update on public.content_posts
  for each row
  when (pg_catalog.row_security_active('public.multiplatform_post_queue'::pg_catalog.regclass))
  execute function public.post_queue_guard_post();

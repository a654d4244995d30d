-- A part of post_queue_check: indexes that the functions need and that are missing or invalid.
create or replace function post_queue.check_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'warning',
    format('The index %s is missing.', needed.name),
    needed.follows,
    'Create it as docs/operations.md says, Indexes on big tables.'
  from (values
    ('multiplatform_post_queue_due_idx', 'Each claim reads and sorts all that is queued.'),
    (
      'multiplatform_post_queue_platform_due_idx',
      'Each claim reads and sorts all that is queued while a platform is paused or limited.'
    ),
    ('multiplatform_post_queue_creator_due_idx', 'Each claim reads and sorts all that is queued where Queue__Fair is set.'),
    ('multiplatform_post_queue_processing_idx', 'Each claim reads the whole queue for items of workers that are gone.'),
    ('multiplatform_post_queue_failed_idx', 'Each heartbeat reads the whole queue for failed items.'),
    ('multiplatform_post_queue_cause_idx', 'The operator''s failures by cause read the whole queue.'),
    ('multiplatform_post_queue_failures_idx', 'The operator''s page of failed items reads the whole queue.'),
    ('multiplatform_post_queue_posted_idx', 'The operator''s page of posted items, and the prune, read the whole queue.'),
    ('multiplatform_post_queue_cancelled_idx', 'The operator''s page of cancelled items reads the whole queue.'),
    ('creators_name_idx', 'The operator''s search for a creator reads all creators.'),
    ('multiplatform_post_history_posted_at_idx', 'Each heartbeat reads the whole history.'),
    ('content_posts_queue_item_id_key', 'The second wall against a double post is not there; the claim alone prevents it.')
  ) as needed (name, follows)
  where to_regclass('public.' || needed.name) is null

  union all

  select
    'warning',
    format('The index %s is invalid: its build was interrupted.', c.relname),
    'No query uses it, and each write to its table pays for it.',
    format('Run: drop index concurrently %s. Then build it again: docs/operations.md, Indexes on big tables.',
      c.oid::regclass)
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  where i.indrelid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass, 'public.creators'::regclass
    )
    and not i.indisvalid
$$;

revoke execute on function post_queue.check_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_indexes() to service_role;

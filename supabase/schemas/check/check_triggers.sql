-- A part of post_queue_check: the loop of cross-posts. Triggers on content_posts that queue items are told by the source of
-- their functions.
create or replace function post_queue.check_triggers()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'warning',
    'The trigger post_queue_skip_crossposts on multiplatform_post_queue is missing or disabled.',
    'A cross-post may queue further cross-posts, without end.',
    'Run supabase/schemas/bindings/30_triggers.sql.'
  where not exists (
    select
    from pg_catalog.pg_trigger w
    where w.tgrelid = 'public.multiplatform_post_queue'::regclass
      and w.tgname = 'post_queue_skip_crossposts'
      and w.tgenabled <> 'D'
  )

  union all

  select
    'note',
    format('The trigger %I on content_posts queues items, and is called for cross-posts too.', t.tgname),
    'What it queues for a cross-post is dropped, so no loop arises; each post pays for the attempt.',
    format('Create it again with: for each row when (not new.is_crosspost) execute function %s.', t.tgfoid::regprocedure)
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_proc f on f.oid = t.tgfoid
  where t.tgrelid = 'public.content_posts'::regclass
    and not t.tgisinternal
    and t.tgenabled <> 'D'
    -- For each row (1), at INSERT (4).
    and t.tgtype & 5 = 5
    and f.prosrc ilike '%multiplatform_post_queue%'
    -- Its WHEN leaves cross-posts out already.
    and pg_get_triggerdef(t.oid) not ilike '%is_crosspost%'
$$;

revoke execute on function post_queue.check_triggers() from public, anon, authenticated;
grant execute on function post_queue.check_triggers() to service_role;

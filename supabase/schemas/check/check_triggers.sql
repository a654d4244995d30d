-- A part of post_queue_check: triggers on content_posts that queue items, and the loop of cross-posts. They are told by the
-- source of their functions: it names the queue, or a function that does, up to five calls deep.
create or replace function post_queue.check_triggers()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with recursive queues (oid, name, depth) as (
    select p.oid, p.proname, 1
    from pg_catalog.pg_proc p
    where coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) ilike '%multiplatform_post_queue%'
      and p.pronamespace not in ('post_queue'::regnamespace, 'pg_catalog'::regnamespace)
      and p.proname not like 'post\_queue\_%'
    union
    select p.oid, p.proname, queues.depth + 1
    from queues
    join pg_catalog.pg_proc p
      -- A name may hold what means something in an expression.
      on coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)
        ~* ('\m' || regexp_replace(queues.name, '(\W)', '\\\1', 'g') || '"?\s*\(')
    where queues.depth < 5
      and p.pronamespace not in ('post_queue'::regnamespace, 'pg_catalog'::regnamespace)
      and p.proname not like 'post\_queue\_%'
      and p.prolang in (select l.oid from pg_catalog.pg_language l where l.lanname in ('sql', 'plpgsql'))
  ),
  queueing as (
    select t.oid, t.tgname, t.tgfoid, t.tgtype
    from pg_catalog.pg_trigger t
    where t.tgrelid = 'public.content_posts'::regclass
      and not t.tgisinternal
      and t.tgenabled <> 'D'
      -- At INSERT.
      and t.tgtype & 4 = 4
      and t.tgfoid in (select queues.oid from queues)
  )
  select
    'warning',
    format('%s triggers on content_posts queue items: %s.', count(*), string_agg(quote_ident(q.tgname), ', ' order by q.tgname)),
    'The source of their functions says so. Where they do it for the same posts, each is queued, and posted, more than once on '
      'a platform.',
    'See what each of them is for, and drop the one that is too many.'
  from queueing q
  having count(*) > 1

  union all

  select
    'warning',
    'No trigger on content_posts queues items.',
    'New posts are not queued for their creators'' default platforms.',
    'Create or enable production''s trigger trigger_post_created_multiplatform.'
  where not exists (select from queueing)

  union all

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
  from queueing t
  -- For each row.
  where t.tgtype & 1 = 1
    -- Its WHEN leaves cross-posts out already.
    and pg_get_triggerdef(t.oid) not ilike '%is_crosspost%'
$$;

revoke execute on function post_queue.check_triggers() from public, anon, authenticated;
grant execute on function post_queue.check_triggers() to service_role;

-- Checks the database against what the queue needs of it. Changes nothing, and is quick on tables of any size: it reads the
-- catalogs, and of the queue at most 1,000 due items.
--
--   needed_version  the version of these functions that the caller needs (post_queue_version)
--
-- Gives [{"level", "what", "follows", "advice"}, ...], worst first: what is so, what follows, what to do. The levels:
--   error    no item can be posted
--   warning  it works, but not well or not safely
--   note     it works; an operator should know
--   ok       looked at, and as it should be
create or replace function public.post_queue_check(needed_version integer default 0)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  with finding as (
    select
      'version' as part,
      'error' as level,
      'The SQL functions are older than this app.' as what,
      format('They serve the app %s. This one refuses to run.', post_queue.serves()) as follows,
      format('Apply the migrations in supabase/migrations (the database has version %s, this app needs version %s).',
        public.post_queue_version(), needed_version) as advice
    where needed_version > public.post_queue_version()
    union all select 'objects', f.* from post_queue.check_objects() as f
    union all select 'security', f.* from post_queue.check_security() as f
    union all select 'columns', f.* from post_queue.check_columns() as f
    union all select 'unique indexes', f.* from post_queue.check_unique_indexes() as f
    union all select 'triggers', f.* from post_queue.check_triggers() as f
    union all select 'items', f.* from post_queue.check_items() as f
    union all select 'indexes', f.* from post_queue.check_indexes() as f
    union all select 'needless indexes', f.* from post_queue.check_needless_indexes() as f
    union all select 'creators', f.* from post_queue.check_creators() as f
    union all select 'settings', f.* from post_queue.check_settings() as f
    union all select 'tables', f.* from post_queue.check_tables() as f
    union all select 'ids', f.* from post_queue.check_ids() as f
    union all select 'guards', f.* from post_queue.check_guards() as f
  ),
  fine (part, what) as (
    values
      (
        'version',
        format('The SQL functions are of version %s, for apps %s.', public.post_queue_version(), post_queue.serves())
      ),
      ('objects', 'All that the migrations made is there, and open to nobody else.'),
      ('security', format('The role %s sees and may do all that the queue needs.', current_user)),
      ('columns', 'Every column of content_posts is copied to a cross-post.'),
      ('unique indexes', 'No unique index on content_posts keeps cross-posts out.'),
      ('triggers', 'No trigger on content_posts queues items for cross-posts.'),
      ('items', 'The next due items are for known platforms, and repeat nothing.'),
      ('indexes', 'All indexes that the queue needs are there.'),
      ('needless indexes', 'No index costs each item something and serves nothing.'),
      ('creators', 'No creator may write what is the worker''s alone.'),
      ('settings', 'statement_timeout and autovacuum are as they should be.')
  )
  select jsonb_agg(
    jsonb_strip_nulls(to_jsonb(told) - 'part')
    order by
      array_position(array['error', 'warning', 'note', 'ok'], level),
      array_position(
        array[
          'version', 'objects', 'security', 'columns', 'unique indexes', 'triggers', 'items', 'indexes', 'needless indexes', 'creators',
          'settings', 'tables', 'ids', 'guards'
        ],
        part
      ),
      what, follows, advice
  )
  from (
    select part, level, what, follows, advice
    from finding
    union all
    select fine.part, 'ok', fine.what, null, null
    from fine
    where not exists (select from finding where finding.part = fine.part)
      -- Without this index they were not looked at (post_queue.check_items).
      and (fine.part <> 'items' or to_regclass('public.multiplatform_post_queue_due_idx') is not null)
  ) as told
$$;

revoke execute on function public.post_queue_check(integer) from public, anon, authenticated;
grant execute on function public.post_queue_check(integer) to service_role;

-- A part of post_queue_check: the guards of what is the worker's alone.
create or replace function post_queue.check_guards()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'note',
    format('The guard of %s is off.', guarded.name),
    'What creators may write there is up to grants and policies.',
    'select post_queue_guard(true), or, where the trigger is gone, apply supabase/schemas/bindings/40_guards.sql.'
  from (values ('content_posts'), ('multiplatform_post_queue')) as guarded (name)
  where not exists (
    select
    from pg_trigger t
    where t.tgrelid = to_regclass('public.' || guarded.name) and t.tgname = 'post_queue_guard' and t.tgenabled in ('O', 'A')
  )
  order by guarded.name
$$;

revoke execute on function post_queue.check_guards() from public, anon, authenticated;
grant execute on function post_queue.check_guards() to service_role;

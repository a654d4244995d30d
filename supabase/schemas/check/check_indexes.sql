-- A part of post_queue_check: indexes that the functions need and that are missing or invalid.
create or replace function post_queue.check_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select 'warning', format('The index %s is missing.', missing.name), missing.follows, format('Run: %s.', replace(missing.beforehand, E'\n', ' '))
  from post_queue.missing_indexes() as missing
  where missing.broken is null

  union all

  select
    'warning',
    format('The index %s is invalid: its build was interrupted.', c.relname),
    'No query uses it, and each write to its table pays for it.',
    format(
      'Run: drop index concurrently %s. Then: %s.', c.oid::regclass, coalesce(missing.beforehand, 'build it again, if it is needed')
    )
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  left join post_queue.missing_indexes() as missing on missing.broken is not null and c.oid = to_regclass(missing.broken)
  where i.indrelid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass, 'public.creators'::regclass
    )
    and not i.indisvalid
$$;

revoke execute on function post_queue.check_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_indexes() to service_role;

-- A part of post_queue_check: what keeps the caller from its work. With any of the errors no item can be posted.
create or replace function post_queue.check_security()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'error',
    format('Row-level security hides %s from the role %s.', needed.name, current_user),
    'Every claim is refused: to this role the queue would look empty.',
    'Use the service_role key, or a role that has BYPASSRLS and was granted service_role.'
  from (values
    ('creators'), ('content_posts'), ('multiplatform_post_queue'), ('multiplatform_post_history')
  ) as needed (name)
  where row_security_active('public.' || needed.name)

  union all

  select
    'error',
    format('The role %s lacks %s on %s.', current_user, string_agg(needed.privilege, ' and '), needed.name),
    'Every claim or every post is refused.',
    format('Run: grant %s on public.%s to service_role.', lower(string_agg(needed.privilege, ', ')), needed.name)
  from (values
    ('creators', 'SELECT'), ('creators', 'UPDATE'),
    ('content_posts', 'SELECT'), ('content_posts', 'INSERT'), ('content_posts', 'UPDATE'),
    ('multiplatform_post_queue', 'SELECT'), ('multiplatform_post_queue', 'UPDATE'),
    ('multiplatform_post_history', 'SELECT'), ('multiplatform_post_history', 'INSERT')
  ) as needed (name, privilege)
  where not has_any_column_privilege('public.' || needed.name, needed.privilege)
  group by needed.name

  union all

  select
    'note',
    format('The role %s lacks DELETE on %s.', current_user, needed.name),
    'Nothing can be pruned there: the Prune timer and queue prune fail.',
    format('Run: grant delete on public.%s to service_role.', needed.name)
  from (values ('multiplatform_post_queue'), ('multiplatform_post_history')) as needed (name)
  where not has_table_privilege('public.' || needed.name, 'DELETE')

  union all

  select
    'error',
    format('The role %s lacks USAGE on the sequence %s.', current_user, s.relname),
    format('Every item fails: content_posts.%I gets its number from it.', c.column_name),
    format('Run: grant usage on sequence %s to service_role.', s.oid::regclass)
  from public.post_queue_columns() as c
  join pg_catalog.pg_attribute a
    on a.attrelid = 'public.content_posts'::regclass and a.attname = c.column_name and not a.attisdropped
  join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  join pg_catalog.pg_depend p on p.classid = 'pg_catalog.pg_attrdef'::regclass and p.objid = d.oid
  join pg_catalog.pg_class s on s.oid = p.refobjid and p.refclassid = 'pg_catalog.pg_class'::regclass
  where c.reason = 'sequence'
    -- A case, because the function raises an error for what is no sequence.
    and case when s.relkind = 'S' then not has_sequence_privilege(s.oid, 'USAGE, UPDATE') end
$$;

revoke execute on function post_queue.check_security() from public, anon, authenticated;
grant execute on function post_queue.check_security() to service_role;

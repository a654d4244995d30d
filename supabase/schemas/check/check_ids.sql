-- A part of post_queue_check: ids in the order of time.
create or replace function post_queue.check_ids()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'note',
    format(
      'The id of %s has %s.', t.oid::regclass,
      coalesce('the default ' || pg_get_expr(d.adbin, d.adrelid), 'no default')
    ),
    'Where that is random, the index entries of rows that come together lie apart, which costs most of a settle once the ' ||
      'indexes are larger than memory.',
    format('Where nothing depends on it: alter table %s alter column id set default public.uuid_v7().', t.oid::regclass)
  from pg_class t
  join pg_attribute a on a.attrelid = t.oid and a.attname = 'id'
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where t.oid in ('public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass)
    -- Not by its text: to print that, PostgreSQL waits for whoever holds the table.
    and not exists (
      select
      from pg_depend p
      where p.classid = 'pg_attrdef'::regclass and p.objid = d.oid and p.refobjid = 'public.uuid_v7()'::regprocedure
    )
  order by t.relname
$$;

revoke execute on function post_queue.check_ids() from public, anon, authenticated;
grant execute on function post_queue.check_ids() to service_role;

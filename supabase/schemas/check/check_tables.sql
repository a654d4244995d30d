-- A part of post_queue_check: tables of the queue that are partitioned.
create or replace function post_queue.check_tables()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'note',
    format('%s is partitioned by %s, in %s.', c.relname, pg_get_partkeydef(c.oid),
      case parts.count when 1 then '1 part' else parts.count || ' parts' end),
    case c.relname
      when 'multiplatform_post_queue' then 'Each claim looks into every part: its cost grows with their number.'
      else 'Rows are found in whichever part they are.'
    end,
    null
  from pg_catalog.pg_class c
  cross join lateral (
    select count(*) from pg_catalog.pg_inherits i where i.inhparent = c.oid
  ) as parts
  where c.oid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass
    )
    and c.relkind = 'p'
  order by c.relname
$$;

revoke execute on function post_queue.check_tables() from public, anon, authenticated;
grant execute on function post_queue.check_tables() to service_role;

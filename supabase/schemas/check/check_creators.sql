-- A part of post_queue_check: columns that are the worker's alone and that a creator may write, through the API that
-- creators use (the roles anon and authenticated). What a policy's expression permits is not judged.
create or replace function post_queue.check_creators()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with writable as (
    select
      workers.table_name,
      r.rolname as role_name,
      p.privilege,
      string_agg(workers.column_name, ', ' order by workers.place) as columns
    from (values
      (1, 'multiplatform_post_queue', 'status'),
      (2, 'multiplatform_post_queue', 'claim_id'),
      (3, 'multiplatform_post_queue', 'processing_started_at'),
      (4, 'multiplatform_post_queue', 'target_post_id'),
      (5, 'multiplatform_post_queue', 'retry_count'),
      (6, 'multiplatform_post_queue', 'rescue_count'),
      (7, 'content_posts', 'queue_item_id'),
      (8, 'content_posts', 'is_crosspost'),
      (9, 'content_posts', 'original_post_id')
    ) as workers (place, table_name, column_name)
    join pg_catalog.pg_class t on t.oid = to_regclass('public.' || workers.table_name)
    join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attname = workers.column_name and not a.attisdropped
    join pg_catalog.pg_roles r on r.rolname in ('anon', 'authenticated')
    cross join (values ('INSERT', 'a'), ('UPDATE', 'w')) as p (privilege, command)
    where has_column_privilege(r.oid, t.oid, a.attnum, p.privilege)
      -- The guard refuses it, whatever is granted.
      and not exists (
        select
        from pg_catalog.pg_trigger g
        where g.tgrelid = t.oid and g.tgname = 'post_queue_guard' and g.tgenabled in ('O', 'A')
      )
      and (
        not t.relrowsecurity
        or r.rolbypassrls
        or exists (
          select
          from pg_catalog.pg_policy y
          where y.polrelid = t.oid
            and y.polpermissive
            and y.polcmd in (p.command::"char", '*')
            and coalesce(pg_get_expr(coalesce(y.polwithcheck, y.polqual), t.oid), '') <> 'false'
            -- 0 stands for everybody.
            and exists (
              select from unnest(y.polroles) as member where member = 0 or pg_has_role(r.oid, member, 'USAGE')
            )
        )
      )
    group by workers.table_name, r.rolname, p.privilege
  )
  select
    case privilege when 'UPDATE' then 'warning' else 'note' end,
    format('The %s %s may %s %s of %s.', case count(*) when 1 then 'role' else 'roles' end,
      string_agg(role_name, ' and ' order by role_name), lower(privilege), columns, table_name),
    case table_name
      when 'content_posts' then 'A creator may pass off a post as a cross-post or as the post of a queue item.'
      else 'A creator may undo, repeat or take away what a worker does with their items.'
    end,
    'Turn the guard on: docs/operations.md, What creators may write.'
  from writable
  group by table_name, privilege, columns
  order by privilege desc, table_name
$$;

revoke execute on function post_queue.check_creators() from public, anon, authenticated;
grant execute on function post_queue.check_creators() to service_role;

-- A part of post_queue_check: what the release is made of (post_queue.objects, which the migration wrote) and that is missing,
-- changed, off, or open to others.
create or replace function post_queue.check_objects()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
-- So names are written in full, as the migration wrote them.
set search_path = pg_catalog, pg_temp
as $$
  with needed as (
    select
      object ->> 0 as kind, object ->> 1 as name, object ->> 2 as digest,
      -- A case, because what is no function's name is an error to it.
      case object ->> 0 when 'function' then to_regprocedure(object ->> 1) end as function
    from jsonb_array_elements(post_queue.objects()) as object
  )
  select
    'error',
    format('The function %s is missing.', needed.name),
    'Whatever calls it fails.',
    'Apply the newest file in supabase/migrations again: it makes all functions anew.'
  from needed
  where needed.kind = 'function' and needed.function is null

  union all

  select
    'warning',
    format('The function %s is not what the migration made.', needed.name),
    'What this app promises was tried with the one of its release.',
    'Apply the newest file in supabase/migrations again: it makes all functions anew.'
  from needed
  join pg_proc p on p.oid = needed.function
  where post_queue.digest(p) <> needed.digest

  union all

  select
    'warning',
    format('The trigger %s is missing or disabled.', needed.name),
    case split_part(needed.name, ' on ', 1)
      when 'post_queue_wake' then 'Items are found by polling alone.'
      else 'What was tried of a deleted item stays for ever.'
    end,
    'Create it again, or enable it: supabase/schemas/bindings/30_triggers.sql.'
  from needed
  where needed.kind = 'trigger'
    and not exists (
      select
      from pg_trigger t
      where t.tgenabled in ('O', 'A') and t.tgname || ' on ' || t.tgrelid::regclass = needed.name
    )

  union all

  select
    'warning',
    format('The foreign key %s is missing.', needed.name),
    'Rows stay behind that belong to nothing any more.',
    'Add it again, as NOT VALID first and then VALIDATE CONSTRAINT where the table is large.'
  from needed
  where needed.kind = 'foreign key'
    and not exists (
      select
      from pg_constraint c
      where c.contype = 'f' and c.conname || ' on ' || c.conrelid::regclass = needed.name
    )

  union all

  select
    'warning',
    format('Row-level security is off for %s.', needed.name),
    'Whoever was granted the table sees and writes everybody''s rows.',
    format('Run: alter table %s enable row level security.', needed.name)
  from needed
  join pg_class c on c.oid = case needed.kind when 'row-level security' then to_regclass(needed.name) end
  where not c.relrowsecurity

  union all

  select
    'warning',
    format('%s may call the function %s.', strangers.name, needed.name),
    'What only the worker and its operators may do is open to others.',
    format('Run: revoke execute on function %s from public, anon, authenticated.', needed.name)
  from needed
  join pg_proc p on p.oid = needed.function
  cross join lateral (
    select string_agg(distinct coalesce(r.rolname, 'everybody'), ' and ') as name
    from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as granted
    left join pg_roles r on r.oid = granted.grantee
    where granted.privilege_type = 'EXECUTE' and (granted.grantee = 0 or r.rolname in ('anon', 'authenticated'))
  ) as strangers
  where strangers.name is not null
    -- The defaults of ids and what an index of production's reads: whoever writes the tables needs them.
    and needed.name not in ('public.uuid_v7()', 'public.error_cause(text)')

  union all

  select
    'warning',
    format('%s may create objects in the schema public.', strangers.name),
    'Whoever creates objects there can have them run by those who name things without a schema.',
    format('Run: revoke create on schema public from %s.', case strangers.name when 'everybody' then 'public' else strangers.name end)
  from pg_namespace n
  cross join lateral (
    select distinct coalesce(r.rolname, 'everybody') as name
    from aclexplode(n.nspacl) as granted
    left join pg_roles r on r.oid = granted.grantee
    where granted.privilege_type = 'CREATE' and (granted.grantee = 0 or r.rolname in ('anon', 'authenticated'))
  ) as strangers
  where n.nspname = 'public'
$$;

revoke execute on function post_queue.check_objects() from public, anon, authenticated;
grant execute on function post_queue.check_objects() to service_role;

-- What this release is made of, read from the catalog when all of it is there: post_queue_check compares it with what it
-- finds. A function and not rows, so that a restore of data alone finds no row in its way.
do $$
declare
  usual_path constant text := current_setting('search_path');
  objects jsonb;
begin
  -- So that every name is written in full.
  perform set_config('search_path', 'pg_catalog, pg_temp', true);
  select jsonb_agg(jsonb_build_array(object.kind, object.name, object.digest) order by object.kind, object.name)
  into objects
  from (
    select 'function' as kind, p.oid::regprocedure::text as name, post_queue.digest(p) as digest
    from pg_proc p
    where (
        p.pronamespace = 'post_queue'::regnamespace
        or p.pronamespace = 'public'::regnamespace
          and (p.proname like 'post\_queue\_%' or p.proname in ('uuid_v7', 'error_cause'))
      )
      -- The version has a part of the check to itself.
      and p.proname not in ('objects', 'post_queue_version')
    union all
    -- Those that other parts of the check look at are not here.
    select 'trigger', t.tgname || ' on ' || t.tgrelid::regclass, null
    from pg_trigger t
    where not t.tgisinternal
      and t.tgname in ('post_queue_forget_tries', 'post_queue_wake')
      and t.tgrelid = 'public.multiplatform_post_queue'::regclass
    union all
    select 'foreign key', c.conname || ' on ' || c.conrelid::regclass, null
    from pg_constraint c
    where c.contype = 'f'
      and c.conrelid in (
        'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
        'public.content_posts'::regclass
      )
    union all
    select 'row-level security', c.oid::regclass::text, null
    from pg_class c
    where c.relrowsecurity
      and c.relkind in ('r', 'p')
      and (
        c.relnamespace = 'post_queue'::regnamespace
        or c.oid in (
          'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
          'public.creator_multiplatform_settings'::regclass
        )
      )
  ) as object;
  perform set_config('search_path', usual_path, true);

  execute format(
    'create or replace function post_queue.objects() returns jsonb language sql immutable security invoker
     set search_path = pg_catalog, pg_temp as %L',
    format('select %L::jsonb', objects)
  );
end
$$;

revoke execute on function post_queue.objects() from public, anon, authenticated;
grant execute on function post_queue.objects() to service_role;

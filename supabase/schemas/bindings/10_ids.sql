-- New rows of the app's own tables, and of queue and history, get ids in the order of time (see uuid_v7).
alter table post_queue.tries alter column id set default public.uuid_v7();
alter table post_queue.pauses alter column id set default public.uuid_v7();
alter table post_queue.actions alter column id set default public.uuid_v7();

-- Where production chose another default than one of the two known random ones, that stays: check says what it costs.
do $$
declare
  random_id record;
begin
  for random_id in
    select d.adrelid::regclass as table_name
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid in ('public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass)
      and a.attname = 'id'
      -- The second in whatever schema its extension is in.
      and pg_get_expr(d.adbin, d.adrelid) ~ '^(gen_random_uuid|(("[^"]+"|[a-z_0-9]+)\.)?uuid_generate_v4)\(\)$'
  loop
    execute format('alter table %s alter column id set default public.uuid_v7()', random_id.table_name);
  end loop;
end
$$;

-- A cascading delete looks these up; without an index it reads the whole table.
do $$
declare
  reference record;
begin
  for reference in
    select *
    from (values
      ('content_posts', 'creator_id'),
      ('multiplatform_post_queue', 'original_post_id'),
      ('multiplatform_post_queue', 'creator_id'),
      ('multiplatform_post_history', 'original_post_id'),
      ('multiplatform_post_history', 'creator_id')
    ) as wanted (table_name, column_name)
    -- Production may have one under another name: any index that begins with the column serves.
    where not exists (
      select
      from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = format('public.%I', wanted.table_name)::regclass
        and i.indpred is null
        and a.attname = wanted.column_name
    )
    order by wanted.table_name, wanted.column_name
  loop
    execute format(
      'create index if not exists %I on public.%I (%I)',
      reference.table_name || '_' || reference.column_name || '_idx', reference.table_name, reference.column_name
    );
  end loop;
end
$$;

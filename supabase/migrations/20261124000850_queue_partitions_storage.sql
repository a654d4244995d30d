-- Vacuums the partitions of a partitioned queue early, as 20261123000600_queue_storage.sql does for a plain one (a
-- partitioned table has no storage parameters itself). Settings that somebody made are kept. Partitions that are added
-- later need the same.
do $$
declare
  wanted record;
begin
  for wanted in
    select part.relid as queue_partition, parameter.name, parameter.setting
    from pg_partition_tree('public.multiplatform_post_queue') as part
    cross join (values
      ('autovacuum_vacuum_threshold', '10000'),
      ('autovacuum_vacuum_scale_factor', '0.01')
    ) as parameter (name, setting)
    where part.isleaf
      and not exists (
        select
        from pg_class c
        cross join pg_options_to_table(c.reloptions) as present
        where c.oid = part.relid and present.option_name = parameter.name
      )
  loop
    execute format('alter table %s set (%s = %s)', wanted.queue_partition, wanted.name, wanted.setting);
  end loop;
end
$$;

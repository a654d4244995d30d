-- Vacuums the queue early, or each of its partitions (a partitioned table has no storage parameters itself; partitions that
-- are added later need the same). Each item leaves two dead rows, and their entries at the front of the due index are read
-- by every claim until a vacuum takes them away: with 640,000 of them a claim takes twice its time (docs/performance.md).
-- By default a vacuum waits until a fifth of the table is dead. Settings that somebody made are kept.
do $$
declare
  wanted record;
begin
  for wanted in
    select part.relid as queue_part, parameter.name, parameter.setting
    from (
      select 'public.multiplatform_post_queue'::regclass as relid, c.relkind = 'r' as isleaf
      from pg_class c
      where c.oid = 'public.multiplatform_post_queue'::regclass
      union all
      select tree.relid, tree.isleaf
      from pg_partition_tree('public.multiplatform_post_queue') as tree
      where tree.level > 0
    ) as part
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
    order by part.relid, parameter.name
  loop
    execute format('alter table %s set (%s = %s)', wanted.queue_part, wanted.name, wanted.setting);
  end loop;
end
$$;

-- Vacuums the queue early. Each item leaves two dead rows, and their entries at the front of the due index are read by
-- every claim until a vacuum takes them away: with 640,000 of them a claim takes twice its time (docs/performance.md).
-- By default a vacuum waits until a fifth of the table is dead. Settings that production made itself are kept.
do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (values
      ('autovacuum_vacuum_threshold', '10000'),
      ('autovacuum_vacuum_scale_factor', '0.01')
    ) as parameter (name, setting)
    where not exists (
      select
      from pg_class c
      cross join pg_options_to_table(c.reloptions) as present
      where c.oid = 'public.multiplatform_post_queue'::regclass and present.option_name = parameter.name
    )
  loop
    execute format('alter table public.multiplatform_post_queue set (%s = %s)', wanted.name, wanted.setting);
  end loop;
end
$$;

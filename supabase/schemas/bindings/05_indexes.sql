-- Builds the indexes that were found missing: see post_queue.needed_indexes.
do $$
declare
  missing record;
begin
  for missing in select * from pg_temp.post_queue_missing_indexes loop
    if missing.broken is not null then
      execute format('drop index %s', missing.broken);
    end if;
    execute missing.build;
  end loop;
end
$$;

drop table pg_temp.post_queue_missing_indexes;

-- Which indexes are missing, looked up before anything is locked. Writers wait while an index is built here, so of a large table
-- the migration builds none, and refuses as a whole: they are to be built beforehand.
drop table if exists pg_temp.post_queue_missing_indexes;
create temporary table post_queue_missing_indexes as select * from post_queue.missing_indexes();

do $$
declare
  lacking text;
begin
  select string_agg(format('%s on %s (about %s rows)', m.name, m.table_name, m.row_count), ', ')
  into lacking
  from pg_temp.post_queue_missing_indexes m
  where m.is_large and m.beforehand is not null;
  if lacking is not null then
    raise exception 'writers would wait while this migration builds %: build them first, nothing was changed', lacking
      using
        errcode = 'object_not_in_prerequisite_state',
        hint = '"FanzQueueFunctions.Standalone check --before-migration" prints the statements.';
  end if;
end
$$;

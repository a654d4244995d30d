-- The settle's second step: inserts the new posts of what is decided to be posted. All in one statement, or, where a row
-- is refused, in ten parts, and so on down to the bad row by itself.
--
--   verdicts  of post_queue.judge
--   columns   the columns to copy, as a list in SQL; null: all of them
--
-- Gives the verdicts back, those of bad rows changed to why.
create or replace function post_queue.insert_posts(verdicts post_queue.verdict[], columns text)
returns post_queue.verdict[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  part_size constant integer := ceil(cardinality(verdicts) / 10.0);
  parts post_queue.verdict[] := '{}';
  wanted integer;
  inserted integer;
  refused_schema text;
  refused_table text;
  refused_column text;
begin
  if columns is null then
    insert into public.content_posts
    select post.* from post_queue.new_posts(verdicts) as post where (select post_queue.triggers_path()) is not null;
  else
    execute format(
      'insert into public.content_posts (%1$s) select %1$s from post_queue.new_posts($1) as post
       where (select post_queue.triggers_path()) is not null', columns
    ) using verdicts;
  end if;

  get diagnostics inserted = row_count;
  perform post_queue.own_path();
  select count(*) into wanted from unnest(verdicts) as v where v.outcome = 'posted' and not v.post_exists;
  if inserted <> wanted then
    raise exception 'the post was not inserted: its original changed meanwhile, or a trigger on content_posts suppresses it'
      using errcode = 'triggered_action_exception';
  end if;
  return verdicts;
exception
  when others then
    if cardinality(verdicts) = 1 then
      if post_queue.is_environment(sqlstate) then
        -- Only another transaction can mend that: the caller is told so.
        if left(sqlstate, 2) = '40' then
          raise;
        end if;
        verdicts[1].outcome := 'unsettled';
        verdicts[1].error := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
        return verdicts;
      end if;
      -- Class 22, bad data, and class 23, a constraint, cannot pass. Anything else may.
      if left(sqlstate, 2) in ('22', '23') or verdicts[1].retry_at is null then
        verdicts[1].outcome := 'failed';
      else
        verdicts[1].outcome := 'retried';
      end if;
      get stacked diagnostics
        refused_schema = schema_name, refused_table = table_name, refused_column = column_name;
      verdicts[1].error := post_queue.insert_error(
        verdicts[1].item_id, sqlstate, sqlerrm, refused_schema, refused_table, refused_column
      );
      return verdicts;
    end if;
    for part_start in 1..cardinality(verdicts) by part_size loop
      parts := parts || post_queue.insert_posts(verdicts[part_start:part_start + part_size - 1], columns);
    end loop;
    return parts;
end
$$;

revoke execute on function post_queue.insert_posts(post_queue.verdict[], text)
  from public, anon, authenticated;
grant execute on function post_queue.insert_posts(post_queue.verdict[], text) to service_role;

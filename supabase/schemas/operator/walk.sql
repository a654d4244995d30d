-- The query that an operator's filter stands for, as text: the items that match, in one order, from one place on.
--
--   filter        {"status", "platform", "creator_id", "original_post_id", "cause", "title", "text", "short_id", "from", "to"}, each
--                 of them optional: cause as error_cause gives it, title a part of it and text a part of it or of the error in any
--                 capitals, short_id the last eight characters of an id, as the log has them, from and to times
--   newest_first  the order: by the time that goes with the status (due, started, failed, posted, cancelled), then by id;
--                 without a status by id, which is the order of queueing where ids are of version 7
--   after_key, after_id  the last item of the page before; null: from the beginning
--   at_most       how many items to look at before it ends, however few of them match
--
-- Every walk follows an index and looks at at_most items, so it is quick on any table; the items of a creator or an original
-- who has no more than that are read as a whole and sorted. Its columns are those of the queue and walk_key, the time that
-- it goes by. Every value in it is quoted here.
create or replace function post_queue.walk(
  filter jsonb, newest_first boolean, after_key timestamptz, after_id uuid, at_most integer
)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted constant text := filter ->> 'status';
  direction constant text := case when newest_first then 'desc' else 'asc' end;
  beyond constant text := case when newest_first then '<' else '>' end;
  source text := 'public.multiplatform_post_queue';
  owner text;
  few boolean;
  walk_key text;
  start text := '';
begin
  foreach owner in array array['original_post_id', 'creator_id'] loop
    continue when not filter ? owner or source like '(%';
    execute format(
      'select count(*) <= %1$s from (
         select from public.multiplatform_post_queue q where q.%2$I = %3$L limit %1$s + 1) as bounded',
      at_most, owner, (filter ->> owner)::uuid
    )
    into few;
    if few then
      source := format(
        '(select * from public.multiplatform_post_queue q where q.%I = %L offset 0)', owner, (filter ->> owner)::uuid
      );
    end if;
  end loop;

  walk_key := case wanted
    when 'queued' then 'greatest(q.scheduled_for, q.queued_at)'
    when 'processing' then 'coalesce(q.processing_started_at, ''-infinity''::timestamptz)'
    when 'failed' then 'coalesce(q.failed_at, q.queued_at)'
    when 'posted' then 'coalesce(q.completed_at, q.queued_at)'
    when 'cancelled' then 'coalesce(q.updated_at, q.queued_at)'
  end;

  if walk_key is null then
    if after_id is not null then
      start := format(' and q.id %s %L::uuid', beyond, after_id);
    end if;
    return format(
      'select q.*, q.queued_at as walk_key from %s q where true%s order by q.id %s limit %s',
      source, start, direction, at_most
    );
  end if;

  if after_id is not null then
    start := format(' and (%s, q.id) %s (%L::timestamptz, %L::uuid)', walk_key, beyond, after_key, after_id);
  end if;
  if filter ? 'from' then
    start := start || format(' and %s >= %L::timestamptz', walk_key, (filter ->> 'from')::timestamptz);
  end if;
  if filter ? 'to' then
    start := start || format(' and %s < %L::timestamptz', walk_key, (filter ->> 'to')::timestamptz);
  end if;
  if filter ? 'cause' then
    start := start || format(' and public.error_cause(q.error_message) = %L', filter ->> 'cause');
  end if;
  return format(
    'select q.*, %1$s as walk_key from %6$s q where q.status = %2$L%3$s order by %1$s %4$s, q.id %4$s limit %5$s',
    walk_key, wanted, start, direction, at_most, source
  );
end
$$;

revoke execute on function post_queue.walk(jsonb, boolean, timestamptz, uuid, integer)
  from public, anon, authenticated;
grant execute on function post_queue.walk(jsonb, boolean, timestamptz, uuid, integer) to service_role;

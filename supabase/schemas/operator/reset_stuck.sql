-- Queues stuck items again: those in processing for longer than the threshold, and those with no start time.
--
--   older_than_seconds  0 or more
--   dry_run             true: only tell which items would be reset
--   actor               who does it
--   reason              why; may be null
--
-- Gives [{"id", "target_platform", "processing_started_at"}, ...], oldest first, with the start time that the item had: 10,000 at
-- most, so a call that gives as many is to be said again.
-- A worker that still runs finds its claim gone, and posts none of them. A call that reset any is written down in
-- post_queue.actions, and stands in the story of each item.
create or replace function public.post_queue_reset_stuck(
  older_than_seconds integer, dry_run boolean default false, actor text default 'SQL', reason text default null
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  items jsonb;
  key constant text := public.uuid_v7();
begin
  if older_than_seconds is null or older_than_seconds < 0 then
    raise exception 'post_queue_reset_stuck needs an older_than_seconds of 0 or more'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  with stuck as materialized (
    select q.tableoid as item_table, q.ctid as item_address, q.id, q.target_platform, q.processing_started_at
    from public.multiplatform_post_queue q
    where q.status = 'processing'
      and coalesce(q.processing_started_at, '-infinity'::timestamptz)
        < now() - make_interval(secs => older_than_seconds)
    order by coalesce(q.processing_started_at, '-infinity'::timestamptz), q.id
    limit 10000
    for update skip locked
  ),
  reset as (
    update public.multiplatform_post_queue q
    set status = 'queued', processing_started_at = null, claim_id = null, updated_at = now()
    from stuck
    -- By table and address, as in post_queue.take: in a partitioned queue an id may stand twice.
    where q.tableoid = stuck.item_table
      and q.ctid = stuck.item_address
      and q.ctid = any (array(select stuck.item_address from stuck))
      and not coalesce(dry_run, false)
      and (select post_queue.triggers_path()) is not null
    returning stuck.item_table, stuck.item_address
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'id', id,
        'target_platform', left(target_platform, 100),
        -- ISO 8601 ends at these years; no worker set a time outside them.
        'processing_started_at', case
          when processing_started_at between '0001-01-01Z' and '9999-12-31Z' then processing_started_at
        end
      )
      order by processing_started_at nulls first, id
    ),
    '[]'
  )
  into items
  from stuck
  -- What a trigger of somebody's keeps as it is was not reset.
  where dry_run or (item_table, item_address) in (select item_table, item_address from reset);
  perform post_queue.own_path();

  if not coalesce(dry_run, false) and items <> '[]' then
    perform post_queue.record_action(
      'reset_stuck', coalesce(actor, 'SQL'), reason, jsonb_build_object('older_than_seconds', older_than_seconds), key,
      jsonb_array_length(items), jsonb_array_length(items)
    );
    insert into post_queue.changed_items (action_id, item_id, status_before, changed_at)
    -- In a partitioned queue an id may stand twice.
    select distinct a.id, (item ->> 'id')::uuid, 'processing'::public.platform_post_status, now()
    from post_queue.actions a
    cross join jsonb_array_elements(items) as item
    where a.idempotency_key = key;
    perform post_queue.hint();
  end if;
  return items;
end
$$;

revoke execute on function public.post_queue_reset_stuck(integer, boolean, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_reset_stuck(integer, boolean, text, text) to service_role;

-- The frame of a change of many items: one portion of at most 1,000 of them, in one transaction, and what it did written
-- down in post_queue.actions. Called by post_queue_retry and the others, which say what it does.
--
--   verb     retry, cancel, prune or undo
--   action   {"idempotency_key", "actor", "reason", "filter" or "ids" (at most 1,000), "limit" (1 to 1,000,000), "dry_run"}; an
--            undo has "of", the key of a cancel, in place of filter and limit
--   portion  which portion this is, from 1
--
-- Gives the action as it stands: {"portions", "finished", "meant", "done", "marked_posted", "left", "beyond_limit", "conflict"}.
-- "beyond_limit" says, where the limit was reached, how many more match and were not touched. A portion
-- that was done before is not done again, so a call whose answer was lost may be repeated; "conflict" says that the key
-- belongs to another change, and nothing was done. Locked rows are passed by and counted.
--
-- A dry run counts what the filter or the ids mean, among 200,000 items, and writes nothing: see post_queue.dry_run.
create or replace function post_queue.change(verb text, action jsonb, portion integer)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '100ms'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  this_verb constant text := verb;
  key constant text := action ->> 'idempotency_key';
  item_limit constant integer := coalesce((action ->> 'limit')::integer, 10000);
  dry_run constant boolean := coalesce((action ->> 'dry_run')::boolean, false);
  -- What the change may find an item in. Nothing else is touched.
  changeable constant public.platform_post_status[] := case this_verb
    when 'retry' then '{failed,cancelled}'
    when 'cancel' then '{queued,processing,failed}'
    when 'prune' then '{posted,failed,cancelled}'
    when 'undo' then '{cancelled}'
  end;
  filter jsonb := coalesce(action -> 'filter', '{}');
  entry post_queue.actions;
  at_most constant integer := 20000;
  walk text;
  ids uuid[];
  last_key timestamptz;
  last_id uuid;
  changed uuid[];
  before public.platform_post_status[];
  undone post_queue.actions;
  posted_already bigint := 0;
  passed_by jsonb;
begin
  if changeable is null or item_limit not between 1 and 1000000 or not dry_run and (key is null or portion is null) then
    raise exception 'post_queue_change needs a verb, an idempotency_key, a limit from 1 to 1000000 and a portion'
      using errcode = 'invalid_parameter_value';
  end if;
  if action ? 'ids' then
    filter := jsonb_build_object('ids', action -> 'ids');
    ids := array(select distinct id::uuid from jsonb_array_elements_text(action -> 'ids') as id limit least(item_limit, 1000));
  elsif this_verb = 'undo' then
    filter := jsonb_build_object('of', action -> 'of');
    select a.* into undone from post_queue.actions a where a.idempotency_key = action ->> 'of' and a.verb = 'cancel';
    if undone.id is null then
      raise exception 'an undo needs the key of a cancel' using errcode = 'invalid_parameter_value';
    end if;
  elsif filter ->> 'status' is null or (filter ->> 'status')::public.platform_post_status <> all (changeable) then
    raise exception 'a % needs ids, or a filter with one status of %', this_verb, changeable
      using errcode = 'invalid_parameter_value';
  end if;

  -- The one rule of retention that no setting and no caller can loosen.
  if this_verb = 'prune' and (
    action ? 'ids' or filter ->> 'to' is null or (filter ->> 'to')::timestamptz > now() - interval '1 day'
  ) then
    raise exception 'a prune needs a filter whose "to" is at least a day ago' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if dry_run then
    return case
      when this_verb = 'undo' then post_queue.dry_undo(undone.id, filter)
      else post_queue.dry_run(changeable, filter, ids, item_limit)
    end;
  end if;

  -- A repetition that overtakes the first call waits here until that call has ended.
  perform set_config('lock_timeout', '10s', true);
  perform pg_advisory_xact_lock(hashtextextended('post_queue_change ' || key, 0));
  perform set_config('lock_timeout', '100ms', true);

  select a.* into entry from post_queue.actions a where a.idempotency_key = key;
  if not found then
    entry.id := public.uuid_v7();
    entry.idempotency_key := key;
    entry.verb := this_verb;
    entry.actor := coalesce(left(action ->> 'actor', 200), 'unknown');
    entry.reason := left(action ->> 'reason', 1000);
    entry.filter := filter;
    entry.item_limit := case when this_verb <> 'undo' then item_limit end;
    entry.started_at := now();
    entry.portions := 0;
    entry.finished := false;
    entry.meant := 0;
    entry.done := 0;
    entry.marked_posted := 0;
    entry.left_alone := '{}';
  elsif entry.verb <> this_verb or entry.filter <> filter or entry.item_limit <> item_limit then
    return jsonb_build_object('conflict', true, 'left', '{}'::jsonb);
  end if;
  if entry.finished or portion <> entry.portions + 1 then
    return post_queue.action_row(entry);
  end if;

  if this_verb = 'undo' then
    select array_agg(c.item_id), (array_agg(c.item_id order by c.item_id desc))[1]
    into ids, last_id
    from (
      select items.item_id
      from post_queue.changed_items items
      where items.action_id = undone.id and (entry.after_id is null or items.item_id > entry.after_id)
      order by items.item_id
      limit 1000
    ) as c;
    ids := coalesce(ids, '{}');
    entry.after_id := coalesce(last_id, entry.after_id);
    entry.finished := cardinality(ids) < 1000;
  elsif not action ? 'ids' then
    -- Oldest first, and none that came to match after the change began: what fails once more is not taken again.
    walk := post_queue.walk(filter, false, entry.after_key, entry.after_id, at_most);
    execute format(
      'select array_agg(q.id), (array_agg(q.walk_key order by q.place desc))[1], (array_agg(q.id order by q.place desc))[1]
       from (
         select q.id, q.walk_key, row_number() over () as place
         from (%s) q
         where %s and case when q.status = ''queued'' then q.queued_at else q.walk_key end <= %L
         limit %s
       ) q',
      walk, post_queue.condition(filter), entry.started_at, least(1000, item_limit - entry.meant)
    )
    into ids, last_key, last_id;
    if coalesce(cardinality(ids), 0) < least(1000, item_limit - entry.meant) then
      execute format('select q.walk_key, q.id from (%s) q offset %s limit 1', walk, at_most - 1) into last_key, last_id;
      entry.finished := last_id is null;
    end if;
    entry.after_key := last_key;
    entry.after_id := last_id;
    ids := coalesce(ids, '{}');
  end if;
  entry.meant := entry.meant + cardinality(ids);
  entry.finished := entry.finished or action ? 'ids' or this_verb <> 'undo' and entry.meant >= item_limit;

  case this_verb
    when 'retry' then
      select retried.changed, retried.before, retried.posted_already
      into changed, before, posted_already
      from post_queue.retry_items(ids, changeable) as retried;
    when 'cancel' then
      select cancelled.changed, cancelled.before into changed, before from post_queue.cancel_items(ids, changeable) as cancelled;
    when 'prune' then
      changed := post_queue.prune_items(ids, changeable);
    when 'undo' then
      select items.changed, items.before into changed, before from post_queue.undo_items(ids, changeable, undone.id) as items;
  end case;
  if this_verb in ('retry', 'undo') then
    perform post_queue.hint();
  end if;
  changed := coalesce(changed, '{}');
  entry.done := entry.done + cardinality(changed);
  entry.marked_posted := entry.marked_posted + posted_already;

  -- Why the others were left: locked, or no longer as they were meant.
  select jsonb_object_agg(reasons.reason, reasons.number + coalesce((entry.left_alone ->> reasons.reason)::bigint, 0))
  into passed_by
  from (
    select
      case
        when q.id is null then 'missing'
        when c.changed_at <> q.updated_at then 'changed'
        when q.status = any (changeable) then 'locked'
        else q.status::text
      end as reason,
      count(*) as number
    from unnest(ids) as meant (id)
    left join public.multiplatform_post_queue q on q.id = meant.id
    left join post_queue.changed_items c on c.action_id = undone.id and c.item_id = meant.id and q.status = any (changeable)
    where meant.id <> all (changed)
    group by 1
  ) as reasons;
  entry.left_alone := entry.left_alone || coalesce(passed_by, '{}');
  entry.portions := entry.portions + 1;
  entry.updated_at := now();
  if entry.finished and entry.meant >= item_limit and this_verb <> 'undo' and not action ? 'ids' then
    entry.beyond_limit := nullif(
      post_queue.matching(filter, entry.after_key, entry.after_id, entry.started_at), post_queue.bounded(0, 1)
    );
  end if;

  if entry.portions = 1 then
    insert into post_queue.actions (
      id, idempotency_key, verb, actor, reason, filter, item_limit, started_at, finished, portions, meant, done,
      marked_posted, left_alone, beyond_limit, after_key, after_id
    )
    values (
      entry.id, entry.idempotency_key, entry.verb, entry.actor, entry.reason, entry.filter, entry.item_limit,
      entry.started_at, entry.finished, entry.portions, entry.meant, entry.done, entry.marked_posted,
      entry.left_alone, entry.beyond_limit, entry.after_key, entry.after_id
    );
  else
    update post_queue.actions a
    set
      updated_at = now(), finished = entry.finished, portions = entry.portions, meant = entry.meant,
      done = entry.done, marked_posted = entry.marked_posted, left_alone = entry.left_alone,
      beyond_limit = entry.beyond_limit, after_key = entry.after_key, after_id = entry.after_id
    where a.idempotency_key = key;
  end if;
  insert into post_queue.changed_items (action_id, item_id, status_before, changed_at)
  select entry.id, items.id, items.status, now()
  from unnest(changed, before) as items (id, status)
  where items.status is not null;
  return post_queue.action_row(entry);
end
$$;

revoke execute on function post_queue.change(text, jsonb, integer) from public, anon, authenticated;
grant execute on function post_queue.change(text, jsonb, integer) to service_role;

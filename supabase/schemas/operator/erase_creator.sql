-- Takes a creator who was deleted out of what the queue itself keeps: one portion a call. What is theirs in creators,
-- posts, queue and history goes with their row, by the foreign keys, and comes first: while they are there this refuses.
--
--   creator_id       whom
--   actor, reason    who does it, and why; the record has both, so the reason must not tell of them
--   idempotency_key  under which it is written down in post_queue.actions, one row for all portions
--   name             a name that reasons, errors and searches are looked through for; null: none. Another call, with
--                    another name, finds what the first did not
--   after            null, then the "next" of the portion before
--   dry_run          only count
--
-- Gives {"table", "changed", "next", "left"}: how many rows of which table had something of them; where the next portion
-- begins, null behind the last; at the last how many rows of posts, queue and history still have their id, up to 1,000 each,
-- which is none unless a foreign key is missing. A portion may be repeated, and so may all of it.
--
-- What no function can find: a reason that tells of them by other words, a title of theirs that somebody searched for.
create or replace function public.post_queue_erase_creator(
  creator_id uuid, actor text, reason text, idempotency_key text, name text default null, after text default null,
  dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  this_creator constant uuid := creator_id;
  this_name constant text := nullif(btrim(name), '');
  is_dry constant boolean := coalesce(dry_run, false);
  key constant text := idempotency_key;
  tables constant text[] := '{pauses,turns,workers,claims,cause_figures,actions,changed_items,tries}';
  this_table constant text := coalesce(split_part(after, ' ', 1), tables[1]);
  after_id constant uuid := nullif(split_part(after, ' ', 2), '')::uuid;
  after_item constant uuid := nullif(split_part(after, ' ', 3), '')::uuid;
  changed bigint;
  next text;
  result jsonb;
begin
  if this_creator is null or coalesce(actor, '') = '' or key is null or this_table <> all (tables) then
    raise exception 'post_queue_erase_creator needs a creator_id, an actor, an idempotency_key, and the "next" of the portion before'
      using errcode = 'invalid_parameter_value';
  end if;
  if char_length(this_name) < 3 then
    raise exception 'a name to look for has 3 letters or more' using errcode = 'invalid_parameter_value';
  end if;
  if post_queue.tells_of(reason, this_creator, this_name) or post_queue.tells_of(key, this_creator, this_name) then
    raise exception 'the reason and the key are kept: they must not have the creator''s id or name in them'
      using errcode = 'invalid_parameter_value';
  end if;
  if row_security_active('post_queue.actions') then
    raise exception 'row-level security hides the record from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;
  if exists (select from public.creators c where c.id = this_creator) then
    raise exception 'creator % is still there: delete them first, and all that is theirs goes with them', this_creator
      using errcode = 'invalid_parameter_value';
  end if;
  if exists (select from post_queue.actions a where a.idempotency_key = key and a.verb <> 'erase') then
    raise exception 'the idempotency_key is that of another change' using errcode = 'invalid_parameter_value';
  end if;

  case this_table
    when 'pauses' then
      with found as (
        select p.id from post_queue.pauses p where post_queue.tells_of(p.reason, this_creator, this_name) and p.reason <> '(erased)'
      ),
      written as (
        update post_queue.pauses p set reason = '(erased)' from found where p.id = found.id and not is_dry
      )
      select count(*) into changed from found;
    when 'turns' then
      -- The next claim begins anew.
      with found as (
        select t.is_only from post_queue.turns t where t.creator_id = this_creator
      ),
      written as (
        delete from post_queue.turns t using found where t.is_only = found.is_only and not is_dry
      )
      select count(*) into changed from found;
    when 'workers' then
      with found as (
        select w.id from post_queue.workers w where post_queue.tells_of(w.error, this_creator, this_name)
      ),
      written as (
        update post_queue.workers w set error = '(erased)' from found where w.id = found.id and not is_dry
      )
      select count(*) into changed from found;
    when 'claims' then
      -- At most those of a day; a claim whose items are gone answers with none.
      with found as materialized (
        select c.claim_id, array(
          select item.id
          from unnest(c.item_ids) with ordinality as item (id, place)
          where exists (select from public.multiplatform_post_queue q where q.id = item.id)
          order by item.place
        ) as item_ids
        from (
          select c.* from post_queue.claims c where after_id is null or c.claim_id > after_id order by c.claim_id limit 1000
        ) as c
      ),
      differing as materialized (
        select found.* from found join post_queue.claims c on c.claim_id = found.claim_id where c.item_ids <> found.item_ids
      ),
      written as (
        update post_queue.claims c set item_ids = d.item_ids from differing d where c.claim_id = d.claim_id and not is_dry
      )
      select (select count(*) from differing), 'claims ' || (array_agg(found.claim_id order by found.claim_id))[1000]
      into changed, next
      from found;
    when 'cause_figures' then
      with found as materialized (
        select f.* from post_queue.cause_figures f where post_queue.tells_of(f.cause, this_creator, this_name)
      ),
      taken as (
        delete from post_queue.cause_figures f
        using found
        where (f.width_seconds, f.starts_at, f.cause) = (found.width_seconds, found.starts_at, found.cause) and not is_dry
      ),
      counted as (
        insert into post_queue.cause_figures as f (width_seconds, starts_at, cause, failed)
        select found.width_seconds, found.starts_at, '(erased)', sum(found.failed)
        from found
        where not is_dry
        group by 1, 2
        on conflict (width_seconds, starts_at, cause) do update set failed = f.failed + excluded.failed
      )
      select count(*) into changed from found;
    when 'actions' then
      select e.changed, 'actions ' || e.last_id into changed, next
      from post_queue.erase_actions(this_creator, this_name, after_id, is_dry) as e;
    when 'changed_items' then
      with page as materialized (
        select c.action_id, c.item_id
        from post_queue.changed_items c
        where after_id is null or (c.action_id, c.item_id) > (after_id, after_item)
        order by c.action_id, c.item_id
        limit 10000
      ),
      gone as materialized (
        select page.*
        from page
        where not exists (select from public.multiplatform_post_queue q where q.id = page.item_id)
      ),
      written as (
        delete from post_queue.changed_items c
        using gone
        where (c.action_id, c.item_id) = (gone.action_id, gone.item_id) and not is_dry
      )
      select
        (select count(*) from gone),
        (
          select format('changed_items %s %s', page.action_id, page.item_id)
          from page
          order by page.action_id, page.item_id
          offset 9999
        )
      into changed, next;
    when 'tries' then
      -- Those of their items are gone with the items; another's error may have their name in it.
      with page as materialized (
        select t.id, t.item_id, t.error from post_queue.tries t where after_id is null or t.id > after_id order by t.id limit 10000
      ),
      found as materialized (
        select page.*, not exists (select from public.multiplatform_post_queue q where q.id = page.item_id) as is_gone
        from page
      ),
      deleted as (
        delete from post_queue.tries t using found where t.id = found.id and found.is_gone and not is_dry
      ),
      written as (
        update post_queue.tries t
        set error = '(erased)'
        from found
        where t.id = found.id and not found.is_gone and post_queue.tells_of(found.error, this_creator, this_name) and not is_dry
      )
      select
        count(*) filter (where found.is_gone or post_queue.tells_of(found.error, this_creator, this_name)),
        'tries ' || (array_agg(found.id order by found.id))[10000]
      into changed, next
      from found;
  end case;

  next := coalesce(next, tables[array_position(tables, this_table) + 1]);
  result := jsonb_build_object('table', this_table, 'changed', changed, 'next', next);
  if next is null then
    result := result || jsonb_build_object('left', jsonb_build_object(
      'posts', (select count(*) from (select from public.content_posts p where p.creator_id = this_creator limit 1000) as one),
      'items',
      (select count(*) from (select from public.multiplatform_post_queue q where q.creator_id = this_creator limit 1000) as one),
      'history',
      (select count(*) from (select from public.multiplatform_post_history h where h.creator_id = this_creator limit 1000) as one)
    ));
  end if;

  if not is_dry then
    insert into post_queue.actions as a (idempotency_key, verb, actor, reason, filter, finished, portions, meant, done)
    values (
      key, 'erase', left(actor, 200), left(reason, 1000), '{"erased": true}', next is null, 1, changed, changed
    )
    on conflict (idempotency_key) do update
    set
      updated_at = now(), finished = excluded.finished, portions = a.portions + 1, meant = a.meant + excluded.meant,
      done = a.done + excluded.done;
  end if;
  return result;
end
$$;

revoke execute on function public.post_queue_erase_creator(uuid, text, text, text, text, text, boolean)
  from public, anon, authenticated;
grant execute on function public.post_queue_erase_creator(uuid, text, text, text, text, text, boolean) to service_role;

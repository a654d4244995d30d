-- Gives cancelled items back what they were before a cancel, for a change: see retry_items.
--
--   cancel  the id of the cancel in post_queue.actions; an item is left alone that was touched since
create or replace function post_queue.undo_items(
  ids uuid[], changeable public.platform_post_status[], cancel uuid,
  out changed uuid[], out before public.platform_post_status[]
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  with held as materialized (
    select q.id, q.status, c.status_before
    from post_queue.changed_items c
    join public.multiplatform_post_queue q on q.id = c.item_id and q.updated_at = c.changed_at
    where c.action_id = cancel and c.item_id = any (ids) and q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for no key update of q skip locked
  ),
  undone as (
    -- Its failure, its retries and its schedule are in the row still. Whoever had it in hand has lost it.
    update public.multiplatform_post_queue q
    set
      status = case held.status_before when 'processing' then 'queued' else held.status_before end,
      updated_at = now()
    from held
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id, held.status
  )
  select array_agg(undone.id), array_agg(undone.status) into changed, before from undone;
  perform post_queue.own_path();
end
$$;

revoke execute on function post_queue.undo_items(uuid[], public.platform_post_status[], uuid) from public, anon, authenticated;
grant execute on function post_queue.undo_items(uuid[], public.platform_post_status[], uuid) to service_role;

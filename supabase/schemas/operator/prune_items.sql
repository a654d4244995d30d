-- Deletes items, for a change: see retry_items.
create or replace function post_queue.prune_items(ids uuid[], changeable public.platform_post_status[])
returns uuid[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  changed uuid[];
begin
  with held as materialized (
    select q.id
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for update skip locked
  ),
  pruned as (
    delete from public.multiplatform_post_queue q
    using held
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id
  )
  select array_agg(pruned.id) into changed from pruned;
  perform post_queue.own_path();
  -- Nothing can bring them back.
  delete from post_queue.changed_items c where c.item_id = any (changed);
  return changed;
end
$$;

revoke execute on function post_queue.prune_items(uuid[], public.platform_post_status[]) from public, anon, authenticated;
grant execute on function post_queue.prune_items(uuid[], public.platform_post_status[]) to service_role;

-- Cancels items, for a change: see retry_items.
create or replace function post_queue.cancel_items(
  ids uuid[], changeable public.platform_post_status[], out changed uuid[], out before public.platform_post_status[]
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  with held as materialized (
    select q.id, q.status
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for no key update skip locked
  ),
  cancelled as (
    -- Without its claim_id an item in hand is lost to its worker.
    update public.multiplatform_post_queue q
    set status = 'cancelled', processing_started_at = null, claim_id = null, updated_at = now()
    from held
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id, held.status
  )
  select array_agg(cancelled.id), array_agg(cancelled.status) into changed, before from cancelled;
  perform post_queue.own_path();
end
$$;

revoke execute on function post_queue.cancel_items(uuid[], public.platform_post_status[]) from public, anon, authenticated;
grant execute on function post_queue.cancel_items(uuid[], public.platform_post_status[]) to service_role;

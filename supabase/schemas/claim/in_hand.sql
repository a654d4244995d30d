-- What a claim has in hand: its items, oldest due first (see post_queue.taken_item). A claim that is called again answers with
-- it, and one that took its items by more than one statement.
--
--   item_ids  what it took; what is no longer in hand under it is left out
create or replace function post_queue.in_hand(claim_id uuid, item_ids uuid[])
returns json
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  -- Once a call: for each item it would cost a fifth of the claim.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[];
  items json;
begin
  with taken as materialized (
    select
      q.id, q.creator_id, q.original_post_id, q.target_platform, q.modified_title, q.retry_count, q.max_retries,
      greatest(q.scheduled_for, q.queued_at) as due_at
    from public.multiplatform_post_queue q
    -- A case, so that the planner looks for no index but that of the ids.
    where q.id = any (item_ids) and case when q.claim_id = this_claim and q.status = 'processing' then true end
  ),
  -- A post is queued for several platforms at once, so its items share one original.
  original as materialized (
    select o.id, post_queue.taken_original(o) as json
    from public.content_posts o
    where o.id = any (array(select distinct taken.original_post_id from taken))
  )
  select coalesce(
    json_agg(
      post_queue.taken_item(
        taken.id, taken.creator_id, taken.target_platform, platforms, taken.modified_title, taken.retry_count,
        taken.max_retries, original.json
      )
      order by taken.due_at, taken.id
    ),
    '[]'::json
  )
  into items
  from taken
  left join original on original.id = taken.original_post_id;
  return items;
end
$$;

revoke execute on function post_queue.in_hand(uuid, uuid[]) from public, anon, authenticated;
grant execute on function post_queue.in_hand(uuid, uuid[]) to service_role;

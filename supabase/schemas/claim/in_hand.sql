-- What a claim has in hand: its items, oldest due first, each with what the app needs to decide and to log. The claim
-- answers with it.
--
--   item_ids  what it took; what is no longer in hand under it is left out
--
-- Captions, hashtags and addresses stay in the database: they may be megabytes, and one such item must not be able to
-- make the answer too large for all the others.
--
-- json, not jsonb: the text is written once, where jsonb builds a tree first.
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
      q.id, q.creator_id, q.original_post_id, left(q.target_platform, 100) as target_platform,
      q.target_platform = any (platforms) as platform_known, q.modified_title,
      q.retry_count, q.max_retries, greatest(q.scheduled_for, q.queued_at) as due_at
    from public.multiplatform_post_queue q
    -- A case, so that the planner looks for no index but that of the ids.
    where q.id = any (item_ids) and case when q.claim_id = this_claim and q.status = 'processing' then true end
  ),
  -- A post is queued for several platforms at once, so its items share one original.
  original as materialized (
    select
      o.id,
      json_build_object(
        'creator_id', o.creator_id,
        'title', o.title,
        'status', o.status,
        'moderation_status', o.moderation_status,
        'is_deleted', o.deleted_at is not null,
        'is_crosspost', o.is_crosspost
      ) as json
    from public.content_posts o
    where o.id = any (array(select distinct taken.original_post_id from taken))
  )
  select coalesce(
    json_agg(
      json_build_object(
        'id', taken.id,
        'creator_id', taken.creator_id,
        'target_platform', taken.target_platform,
        'platform_known', taken.platform_known,
        'modified_title', taken.modified_title,
        'retry_count', taken.retry_count,
        'max_retries', taken.max_retries,
        'original', original.json
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

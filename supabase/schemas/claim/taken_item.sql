-- An item as the claim gives it: what the app needs to decide and to log.
--
--   platforms  the values of platform_cluster, asked for once a statement: for each item they would cost a fifth of the claim
--   original   post_queue.taken_original of its original; null where that is gone
--
-- Captions, hashtags and addresses stay in the database: they may be megabytes, and one such item must not be able to
-- make the answer too large for all the others.
--
-- json, not jsonb: the text is written once, where jsonb builds a tree first. Without settings, so that it is written into the
-- statement that calls it; every name in full, in case it is not.
create or replace function post_queue.taken_item(
  id uuid, creator_id uuid, target_platform text, platforms text[], modified_title text, retry_count integer,
  max_retries integer, original json
)
returns json
language sql
stable
security invoker
as $$
  select pg_catalog.json_build_object(
    'id', id,
    'creator_id', creator_id,
    'target_platform', pg_catalog."left"(target_platform, 100),
    'platform_known', target_platform operator(pg_catalog.=) any (platforms),
    'modified_title', modified_title,
    'retry_count', retry_count,
    'max_retries', max_retries,
    'original', original
  )
$$;

revoke execute on function post_queue.taken_item(uuid, uuid, text, text[], text, integer, integer, json)
  from public, anon, authenticated;
grant execute on function post_queue.taken_item(uuid, uuid, text, text[], text, integer, integer, json) to service_role;

-- The posts of what is decided to be posted, each composed from its original and its item (see post_queue.compose).
--
-- The planner puts this in the place of its call, so that no post is copied on its way. Settings of its own would forbid
-- that: it names what it uses in full, and its caller pins the planner's.
create or replace function post_queue.new_posts(verdicts post_queue.verdict[])
returns setof public.content_posts
language sql
stable
security invoker
as $$
  select post.*
  from unnest(verdicts) as v
  join public.multiplatform_post_queue q
    on q.ctid = v.item_address
    and q.tableoid = v.item_table
    and q.ctid = any (array(select item.item_address from unnest(verdicts) as item))
  join public.content_posts original
    on original.id = v.original_post_id
    and original.id = any (array(select distinct item.original_post_id from unnest(verdicts) as item))
    -- Once more, because the original may have changed since the decision.
    and original.creator_id = q.creator_id
  cross join lateral post_queue.compose(
    original, v.post_id, v.item_id, v.cluster, q.modified_title, q.modified_caption, q.modified_hashtags, q.add_platform_watermark
  ) as post
  where v.outcome = 'posted' and not v.post_exists
$$;

revoke execute on function post_queue.new_posts(post_queue.verdict[]) from public, anon, authenticated;
grant execute on function post_queue.new_posts(post_queue.verdict[]) to service_role;

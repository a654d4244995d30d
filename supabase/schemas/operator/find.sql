-- What an id is the id of, by keys alone, so quick on any table: {"item_id", "original_post_id", "creator_id"}, each null where it is
-- not that: an item, or the item that a post was made of; an original with items; a creator.
create or replace function public.post_queue_find(id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  wanted constant uuid := id;
begin
  -- Row-level security hides rows without a word: nothing would seem to have this id.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  return jsonb_build_object(
    'item_id', coalesce(
      (select q.id from public.multiplatform_post_queue q where q.id = wanted limit 1),
      (
        select q.id
        from public.content_posts p
        join public.multiplatform_post_queue q on q.id = p.queue_item_id
        where p.id = wanted
        limit 1
      )
    ),
    'original_post_id', (
      select q.original_post_id from public.multiplatform_post_queue q where q.original_post_id = wanted limit 1
    ),
    'creator_id', (select c.id from public.creators c where c.id = wanted)
  );
end
$$;

revoke execute on function public.post_queue_find(uuid) from public, anon, authenticated;
grant execute on function public.post_queue_find(uuid) to service_role;

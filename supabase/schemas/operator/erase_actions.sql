-- A part of post_queue_erase_creator: takes the creator out of 1,000 changes, in the order of their ids, behind after_id.
--
-- What of a filter tells of them goes, and so do the ids of items and posts that are gone, whosever they were. An unfinished
-- change whose filter loses something is finished by it: it would mean everybody's items otherwise.
--
-- last_id is null where this was the last page.
create or replace function post_queue.erase_actions(
  creator_id uuid, name text, after_id uuid, dry_run boolean, out changed bigint, out last_id uuid
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  this_creator constant uuid := creator_id;
  this_name constant text := name;
  behind constant uuid := after_id;
begin
  with page as materialized (
    select a.*
    from post_queue.actions a
    where behind is null or a.id > behind
    order by a.id
    limit 1000
  ),
  erased as materialized (
    select
      page.id,
      case when told.kept <> page.filter then told.kept || '{"erased": true}' else page.filter end as filter,
      -- Why somebody changed what is theirs tells of them, by whatever words.
      case
        when page.reason is not null and (told.is_of_them or post_queue.tells_of(page.reason, this_creator, this_name))
        then '(erased)'
        else page.reason
      end as reason,
      case
        when post_queue.tells_of(page.idempotency_key, this_creator, this_name) then page.id::text
        else page.idempotency_key
      end as idempotency_key,
      case
        when not page.finished or exists (select from public.multiplatform_post_queue q where q.id = page.after_id)
        then page.after_id
      end as after_id
    from page
    cross join lateral (
      select
        coalesce(bool_or(word.is_of_them), false) as is_of_them,
        coalesce(
          jsonb_object_agg(
            word.key,
            case
              when word.key = 'ids' and jsonb_typeof(word.value) = 'array' then (
                select coalesce(jsonb_agg(item.id), '[]')
                from jsonb_array_elements_text(word.value) as item (id)
                where exists (select from public.multiplatform_post_queue q where q.id = item.id::uuid)
              )
              else word.value
            end
          ) filter (where not word.is_of_them and not word.is_of_none),
          '{}'
        ) as kept
      from (
        select
          f.key, f.value,
          f.key in ('creator_id', 'title', 'text', 'cause', 'of')
            and post_queue.tells_of(f.value #>> '{}', this_creator, this_name) as is_of_them,
          f.key = 'original_post_id'
            and not exists (select from public.content_posts p where p.id = (f.value #>> '{}')::uuid) as is_of_none
        from jsonb_each(page.filter) as f
      ) as word
    ) as told
  ),
  differing as materialized (
    select erased.*, erased.filter <> page.filter as is_finished
    from page
    join erased on erased.id = page.id
    where (page.filter, page.reason, page.idempotency_key, page.after_id)
      is distinct from (erased.filter, erased.reason, erased.idempotency_key, erased.after_id)
  ),
  written as (
    update post_queue.actions a
    set
      filter = d.filter, reason = d.reason, idempotency_key = d.idempotency_key,
      after_id = case when not d.is_finished then d.after_id end, finished = a.finished or d.is_finished
    from differing d
    where a.id = d.id and not dry_run
  )
  select (select count(*) from differing), (array_agg(page.id order by page.id))[1000]
  into changed, last_id
  from page;
end
$$;

revoke execute on function post_queue.erase_actions(uuid, text, uuid, boolean) from public, anon, authenticated;
grant execute on function post_queue.erase_actions(uuid, text, uuid, boolean) to service_role;

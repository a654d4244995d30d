-- What an undo of a cancel would mean: as post_queue.dry_run says it, by the status that the items would get again.
create or replace function post_queue.dry_undo(cancel uuid, filter jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
  at_most constant integer := 200000;
  number bigint;
  is_cut boolean;
  left_alone bigint;
  groups jsonb;
  titles jsonb;
begin
  with items as materialized (
    select c.status_before, q.target_platform, q.id, q.modified_title, q.original_post_id,
      coalesce(q.status = 'cancelled' and q.updated_at = c.changed_at, false) as is_meant
    from (
      select made.*
      from post_queue.changed_items made
      where made.action_id = cancel
      order by made.item_id
      limit at_most
    ) as c
    left join public.multiplatform_post_queue q on q.id = c.item_id
  ),
  grouped as (
    select items.status_before as status, left(items.target_platform, 100) as platform, count(*) as number
    from items
    where items.is_meant
    group by 1, 2
    order by 3 desc, 1, 2
    limit 50
  )
  select
    (select count(*) filter (where items.is_meant) from items),
    (select count(*) = at_most from items),
    (select count(*) filter (where not items.is_meant) from items),
    (
      select jsonb_agg(
        jsonb_build_object('status', grouped.status, 'platform', grouped.platform, 'count', grouped.number)
        order by grouped.number desc, grouped.status, grouped.platform
      )
      from grouped
    ),
    (
      select jsonb_agg(left(coalesce(
        five.modified_title, (select p.title from public.content_posts p where p.id = five.original_post_id), ''
      ), 255))
      from (select items.* from items where items.is_meant order by items.id limit 5) as five
    )
  into number, is_cut, left_alone, groups, titles;

  return jsonb_build_object(
    'filter', filter, 'dry_run', true, 'finished', true, 'portions', 0, 'meant', number, 'is_exact', not is_cut, 'done', 0,
    'marked_posted', 0, 'left', case when left_alone > 0 then jsonb_build_object('changed', left_alone) else '{}' end,
    'groups', coalesce(groups, '[]'), 'titles', coalesce(titles, '[]')
  );
end
$$;

revoke execute on function post_queue.dry_undo(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.dry_undo(uuid, jsonb) to service_role;

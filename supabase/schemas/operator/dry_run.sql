-- What a change would mean: {"meant", "is_exact", "beyond_limit", "groups": [{"status", "platform", "count"}, ...], "titles":
-- [...], "left", ...}. "meant" goes up to its limit, and "beyond_limit" says how many more match. Of a filter the first 200,000
-- items are looked at; where there are more, or the limit is reached, "is_exact" is false. "groups" are the 50 largest of all
-- that match, "titles" those of the first five.
create or replace function post_queue.dry_run(
  changeable public.platform_post_status[], filter jsonb, ids uuid[], item_limit integer
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 200000;
  source text;
  condition text := 'true';
  looked_at bigint;
  number bigint;
  groups jsonb;
  titles jsonb;
  is_cut boolean := false;
  would_leave jsonb := '{}';
begin
  if ids is not null then
    source := format(
      'select q.*, q.queued_at as walk_key from public.multiplatform_post_queue q where q.id = any (%L::uuid[]) order by q.id', ids
    );
    condition := format('q.status = any (%L::public.platform_post_status[])', changeable);
    select coalesce(jsonb_object_agg(reasons.reason, reasons.number), '{}')
    into would_leave
    from (
      select coalesce(q.status::text, 'missing') as reason, count(*) as number
      from unnest(ids) as meant (id)
      left join public.multiplatform_post_queue q on q.id = meant.id
      where q.status = any (changeable) is not true
      group by 1
    ) as reasons;
  else
    source := post_queue.walk(filter, false, null, null, at_most);
    condition := post_queue.condition(filter);
  end if;

  execute format(
    'select
       coalesce(sum(by_group.looked_at), 0), coalesce(sum(by_group.number), 0),
       jsonb_agg(
         jsonb_build_object(''status'', by_group.status, ''platform'', by_group.platform, ''count'', by_group.number)
         order by by_group.number desc, by_group.platform
       ) filter (where by_group.number > 0 and by_group.place <= 50)
     from (
       select
         q.status, left(q.target_platform, 100) as platform, count(*) as looked_at, count(*) filter (where %2$s) as number,
         row_number() over (order by count(*) filter (where %2$s) desc, left(q.target_platform, 100)) as place
       from (%1$s) q
       group by 1, 2
     ) as by_group',
    source, condition
  )
  into looked_at, number, groups;
  is_cut := ids is null and looked_at = at_most;
  execute format(
    'select jsonb_agg(left(coalesce(
       five.modified_title, (select p.title from public.content_posts p where p.id = five.original_post_id), ''''
     ), 255))
     from (select q.modified_title, q.original_post_id from (%s) q where %s limit 5) as five',
    source, condition
  )
  into titles;

  return jsonb_build_object(
    'filter', filter, 'limit', item_limit, 'dry_run', true, 'finished', true, 'portions', 0,
    'meant', least(number, item_limit), 'is_exact', not is_cut and number <= item_limit, 'done', 0, 'marked_posted', 0,
    'left', would_leave, 'groups', coalesce(groups, '[]'), 'titles', coalesce(titles, '[]'),
    'beyond_limit', case when number > item_limit then jsonb_build_object(
      'count', number - item_limit, 'precision', case when is_cut then 'at_least' else 'exact' end
    ) end
  );
end
$$;

revoke execute on function post_queue.dry_run(public.platform_post_status[], jsonb, uuid[], integer)
  from public, anon, authenticated;
grant execute on function post_queue.dry_run(public.platform_post_status[], jsonb, uuid[], integer) to service_role;

-- What a change would mean: how many items, up to its limit. Of a filter the first 200,000 items are looked at; where there
-- are more, "is_exact" is false and the count is the least that it would be.
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
  walk text;
  number bigint;
  is_cut boolean := false;
  would_leave jsonb := '{}';
begin
  if ids is not null then
    select count(*)
    into number
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable);
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
    walk := post_queue.walk(filter, false, null, null, at_most);
    execute format(
      'select count(*) from (select from (%s) q where %s limit %s) as bounded',
      walk, post_queue.condition(filter), item_limit
    )
    into number;
    if number < item_limit then
      execute format('select exists (select from (%s) q offset %s limit 1)', walk, at_most - 1) into is_cut;
    end if;
  end if;

  return jsonb_build_object(
    'filter', filter, 'limit', item_limit, 'dry_run', true, 'finished', true, 'portions', 0,
    'meant', number, 'is_exact', not is_cut, 'done', 0, 'marked_posted', 0, 'left', would_leave
  );
end
$$;

revoke execute on function post_queue.dry_run(public.platform_post_status[], jsonb, uuid[], integer)
  from public, anon, authenticated;
grant execute on function post_queue.dry_run(public.platform_post_status[], jsonb, uuid[], integer) to service_role;

-- How many items are failed on each platform: {platform: {"count", "precision"}}, exact to 10,000, but of all together no more than
-- 20,000 are counted, an even share each and what is left over for those that have more; beyond that at_least. Read from the index
-- by platform, however many there are. Names are as the overview shows them; of more than 200 the rest is left out.
create or replace function post_queue.failed_by_platform()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
  -- From one name to the next through the index.
  with recursive step as (
    (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name, 1 as place
      from public.multiplatform_post_queue q
      where q.status = 'failed'
      order by left(q.target_platform, 63)
      limit 1
    )
    union all
    select next.key, next.name, step.place + 1
    from step
    cross join lateral (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name
      from public.multiplatform_post_queue q
      where q.status = 'failed' and left(q.target_platform, 63) > step.key
      order by left(q.target_platform, 63)
      limit 1
    ) as next
    where step.place < 200
  ),
  -- An even share each; what is left over goes to those that have more.
  first_share as materialized (
    select step.key, step.name, even.share, counted.number
    from step
    cross join (select ceil(10000.0 / greatest(1, count(*)))::bigint as share from step) as even
    cross join lateral (
      select count(*) as number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'failed' and left(q.target_platform, 63) = step.key
        limit even.share + 1
      ) as bounded
    ) as counted
  ),
  second_share as (
    select
      first.key, first.name, first.number, first.share as even,
      least(10000, greatest(
        first.share,
        (20000 - sum(least(first.number, first.share)) over ())::bigint
          / greatest(1, count(*) filter (where first.number > first.share) over ())
      )) as share
    from first_share as first
  )
  select coalesce(jsonb_object_agg(second.name, jsonb_build_object(
    'count', least(greatest(second.number, more.number), second.share),
    'precision', case when greatest(second.number, more.number) > second.share then 'at_least' else 'exact' end
  )), '{}')
  from second_share as second
  cross join lateral (
    select count(*) as number
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'failed' and left(q.target_platform, 63) = second.key
        and second.number > second.even and second.share > second.even
      limit second.share + 1
    ) as bounded
  ) as more
$$;

revoke execute on function post_queue.failed_by_platform() from public, anon, authenticated;
grant execute on function post_queue.failed_by_platform() to service_role;

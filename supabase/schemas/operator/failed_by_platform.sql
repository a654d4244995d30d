-- How many items are failed on each platform, where there are too many to count them all: {platform: {"count", "precision"}}, exact
-- to 100, and for all together to 10,000, of which those that have more share evenly; beyond that at_least. Read from the index by
-- platform, however many there are. Names are as the overview shows them; of more than 200 the rest is left out.
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
  -- Those with few first; the others share evenly.
  few as materialized (
    select step.key, step.name, count(first.is_one) as number
    from step
    cross join lateral (
      select true as is_one
      from public.multiplatform_post_queue q
      where q.status = 'failed' and left(q.target_platform, 63) = step.key
      limit 101
    ) as first
    group by step.key, step.name
  ),
  shared as (
    select
      few.key, few.name, few.number,
      greatest(100, 10000 / greatest(1, count(*) filter (where few.number > 100) over ())) as share
    from few
  )
  select coalesce(jsonb_object_agg(shared.name, jsonb_build_object(
    'count', least(greatest(shared.number, more.number), shared.share),
    'precision', case when more.number > shared.share then 'at_least' else 'exact' end
  )), '{}')
  from shared
  cross join lateral (
    select count(*) as number
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'failed' and left(q.target_platform, 63) = shared.key and shared.number > 100
      limit shared.share + 1
    ) as bounded
  ) as more
$$;

revoke execute on function post_queue.failed_by_platform() from public, anon, authenticated;
grant execute on function post_queue.failed_by_platform() to service_role;

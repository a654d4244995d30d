-- How many items are due on each platform: {platform: {"count", "precision"}}, exact to 10,000, and for all together to 30,000, of
-- which each platform gets an even share of what the ones before it left; beyond that at_least. Read from the index by platform,
-- however many wait. Names are as the overview shows them; of more than 200 names, which somebody made up, the rest is left out.
create or replace function post_queue.due_by_platform()
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
declare
  most constant integer := 10000;
  left_over integer := 30000;
  keys text[];
  names text[];
  share integer;
  counted integer;
  due jsonb := '{}';
begin
  -- From one name to the next through the index.
  with recursive step as (
    (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name, 1 as place
      from public.multiplatform_post_queue q
      where q.status = 'queued'
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    )
    union all
    select next.key, next.name, step.place + 1
    from step
    cross join lateral (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name
      from public.multiplatform_post_queue q
      where q.status = 'queued' and left(q.target_platform, 63) > step.key
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as next
    where step.place < 200
  )
  select array_agg(step.key order by step.place), array_agg(step.name order by step.place)
  into keys, names
  from step;

  for place in 1 .. coalesce(cardinality(keys), 0) loop
    share := least(most, left_over / (cardinality(keys) - place + 1));
    select count(*)
    into counted
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'queued' and left(q.target_platform, 63) = any (array[keys[place]])
        and greatest(q.scheduled_for, q.queued_at) <= now()
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit share + 1
    ) as bounded;
    left_over := left_over - least(counted, share);
    if counted > 0 then
      due := due || jsonb_build_object(names[place], jsonb_build_object(
        'count', least(counted, share), 'precision', case when counted > share then 'at_least' else 'exact' end
      ));
    end if;
  end loop;
  return due;
end
$$;

revoke execute on function post_queue.due_by_platform() from public, anon, authenticated;
grant execute on function post_queue.due_by_platform() to service_role;

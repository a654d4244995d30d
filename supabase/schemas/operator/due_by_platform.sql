-- How many items are due on each platform: {platform: {"count", "precision"}}, exact to 10,000, but of all together no
-- more than 20,000 are counted, an even share each and what is left over for those that have more; beyond that at_least. Read from
-- the index by platform, however many wait. Names are as the overview shows them; of more than 200 names, which somebody made up,
-- the rest is left out.
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
-- Planned once, not for each name.
set plan_cache_mode = force_generic_plan
as $$
declare
  most constant integer := 10000;
  left_over integer := 20000;
  even integer;
  many integer;
  keys text[];
  names text[];
  -- Negative: there are more.
  counts integer[];
  share integer;
  number integer;
  due jsonb;
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
  counts := array_fill(-1, array[coalesce(cardinality(keys), 0)]);

  even := most / greatest(1, coalesce(cardinality(keys), 0));

  -- An even share each; those that have more share what is left over, where that is more.
  for round in 1..2 loop
    many := (select count(*) from unnest(counts) as counted (number) where counted.number < 0);
    for place in 1 .. coalesce(cardinality(keys), 0) loop
      continue when counts[place] >= 0;
      share := case when round = 1 then even else least(most, left_over / many) end;
      exit when round = 2 and share <= even;
      select count(*)
      into number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'queued' and left(q.target_platform, 63) = any (array[keys[place]])
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit share + 1
      ) as bounded;
      counts[place] := case when number > share then -share else number end;
      left_over := left_over - abs(counts[place]);
      many := many - 1;
    end loop;
  end loop;

  select coalesce(jsonb_object_agg(names[place], jsonb_build_object(
    'count', abs(counts[place]), 'precision', case when counts[place] < 0 then 'at_least' else 'exact' end
  )), '{}')
  into due
  from generate_subscripts(keys, 1) as place
  where counts[place] <> 0;
  return due;
end
$$;

revoke execute on function post_queue.due_by_platform() from public, anon, authenticated;
grant execute on function post_queue.due_by_platform() to service_role;

-- How many items are due on each platform: {platform: {"count", "precision"}}, exact to 10,000, and for all together to 20,000, of
-- which those that have most share evenly; beyond that at_least. Read from the index by platform, however many wait. Names are as
-- the overview shows them; of more than 200 names, which somebody made up, the rest is left out.
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
  few constant integer := 100;
  left_over integer := 20000;
  many integer;
  keys text[];
  names text[];
  -- Negative: there are more.
  counts integer[];
  share integer;
  this_share integer;
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

  -- Those with few first; the others share evenly what is left.
  foreach share in array array[few, 0] loop
    many := (select count(*) from unnest(counts) as counted (number) where counted.number < 0);
    for place in 1 .. coalesce(cardinality(keys), 0) loop
      continue when counts[place] >= 0;
      this_share := case when share > 0 then share else least(most, left_over / many) end;
      select count(*)
      into number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'queued' and left(q.target_platform, 63) = any (array[keys[place]])
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit this_share + 1
      ) as bounded;
      if share = 0 then
        left_over := left_over - least(number, this_share);
        many := many - 1;
      end if;
      counts[place] := case when number > this_share then -this_share else number end;
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

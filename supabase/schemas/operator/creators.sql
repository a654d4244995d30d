-- The creators whose name begins with a text, in capitals or not, by name.
--
--   name  1 to 100 letters
--
-- Gives {"creators": [{"creator_id", "creator_name"}, ...], "is_whole"}: at most 20, and whether these are all.
create or replace function public.post_queue_creators(name text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set jit = off
as $$
declare
  creators jsonb;
  number integer;
begin
  if length(name) between 1 and 100 is not true then
    raise exception 'post_queue_creators needs a name of 1 to 100 letters' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: nobody would seem to have that name.
  if row_security_active('public.creators') then
    raise exception 'row-level security hides the creators from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select
    coalesce(
      jsonb_agg(jsonb_build_object('creator_id', found.id, 'creator_name', found.creator_name) order by found.place)
        filter (where found.place <= 20),
      '[]'
    ),
    count(*)
  into creators, number
  from (
    select c.id, c.creator_name, row_number() over (order by lower(c.creator_name) using ~<~, c.id) as place
    from public.creators c
    where lower(c.creator_name) ^@ lower(name)
    order by lower(c.creator_name) using ~<~, c.id
    limit 21
  ) as found;

  return jsonb_build_object('creators', creators, 'is_whole', number <= 20);
end
$$;

revoke execute on function public.post_queue_creators(text) from public, anon, authenticated;
grant execute on function public.post_queue_creators(text) to service_role;

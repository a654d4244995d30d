-- Limits a platform to so many posts a minute, or takes its limit off. The posts come evenly, one each 60 / per_minute
-- seconds, whatever the number of workers; the others wait and are not aged.
--
--   platform    a value of platform_cluster
--   per_minute  1 to 60000; null: no limit any more
--   actor       who does it
--
-- Gives what is paused and limited now (see post_queue_controls) and "changed": whether it had another limit before.
create or replace function public.post_queue_limit(platform text, per_minute integer, actor text)
returns jsonb
language plpgsql
security invoker
set search_path = ''
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := platform;
  this_limit constant integer := per_minute;
  this_actor constant text := left(actor, 200);
  before integer;
begin
  if this_platform is null or this_platform = '*' or this_limit not between 1 and 60000 then
    raise exception 'post_queue_limit needs one platform and a per_minute from 1 to 60000, or null for no limit'
      using errcode = 'invalid_parameter_value';
  end if;
  perform public.post_queue_begin_control(this_platform, this_actor);
  -- A claim moves next_at in the row that is changed here.
  perform pg_advisory_xact_lock(hashtextextended('post_queue_claim', 0));

  select l.per_minute into before from public.post_queue_limits l where l.platform = this_platform;
  if before is distinct from this_limit then
    insert into public.post_queue_limits as l (platform, per_minute, set_by)
    values (this_platform, this_limit, this_actor)
    on conflict (platform) do update
    -- next_at stays: turning a limit off and on gives no post more.
    set per_minute = excluded.per_minute, set_at = now(), set_by = excluded.set_by;
  end if;

  return public.post_queue_controls() || jsonb_build_object('changed', before is distinct from this_limit);
end
$$;

revoke execute on function public.post_queue_limit(text, integer, text) from public, anon, authenticated;
grant execute on function public.post_queue_limit(text, integer, text) to service_role;

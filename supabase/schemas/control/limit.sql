-- Limits a platform to so many posts a minute, or takes its limit off. The posts come evenly, one each 60 / per_minute
-- seconds, whatever the number of workers; the others wait and are not aged.
--
--   platform         a value of platform_cluster
--   per_minute       1 to 60000; null: no limit any more
--   actor            who does it
--   reason           why; may be null
--   idempotency_key  a call that is repeated under its key is done once; null: no key
--   dry_run          true: only tell whether it would change anything
--
-- Gives what is paused and limited now (see post_queue.controls) and "changed": whether it had another limit before; or
-- "conflict" (see post_queue.repeated_control). Each call is written down in post_queue.actions.
create or replace function public.post_queue_limit(
  platform text, per_minute integer, actor text, reason text default null, idempotency_key text default null,
  dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := platform;
  this_limit constant integer := per_minute;
  this_actor constant text := left(actor, 200);
  scope constant jsonb := jsonb_build_object('platform', this_platform, 'per_minute', this_limit);
  repeated jsonb;
  before integer;
  is_new boolean;
begin
  if this_platform is null or this_platform = '*' or this_limit not between 1 and 60000 then
    raise exception 'post_queue_limit needs one platform and a per_minute from 1 to 60000, or null for no limit'
      using errcode = 'invalid_parameter_value';
  end if;
  perform post_queue.begin_control(this_platform, this_actor);

  if not coalesce(dry_run, false) then
    repeated := post_queue.repeated_control('limit', scope, idempotency_key);
    if repeated is not null then
      return repeated;
    end if;
    -- A claim moves next_at in the row that is changed here.
    perform pg_advisory_xact_lock(hashtextextended('post_queue_claim', 0));
  end if;

  select l.per_minute into before from post_queue.limits l where l.platform = this_platform;
  is_new := before is distinct from this_limit;
  if not coalesce(dry_run, false) then
    if is_new then
      insert into post_queue.limits as l (platform, per_minute, set_by)
      values (this_platform, this_limit, this_actor)
      on conflict (platform) do update
      -- next_at stays: turning a limit off and on gives no post more.
      set per_minute = excluded.per_minute, set_at = now(), set_by = excluded.set_by;
    end if;
    perform post_queue.record_action('limit', this_actor, reason, scope, idempotency_key, 1, is_new::integer);
    perform post_queue.hint();
  end if;

  return post_queue.controls() || jsonb_build_object('changed', is_new);
end
$$;

revoke execute on function public.post_queue_limit(text, integer, text, text, text, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_limit(text, integer, text, text, text, boolean) to service_role;

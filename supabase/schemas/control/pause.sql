-- Pauses a platform, or everything: from the next claim on its items wait, and none is touched. What is in hand is
-- posted.
--
--   platform         a value of platform_cluster; null or '*': everything
--   actor            who does it
--   reason           why; may be null
--   idempotency_key  a call that is repeated under its key is done once; null: no key
--   dry_run          true: only tell whether it would change anything
--
-- Gives what is paused and limited now (see post_queue.controls) and "changed": whether it was not paused before; or
-- "conflict" (see post_queue.repeated_control). A pause that goes on keeps its paused_at, and takes the new actor and
-- reason. Each call is written down in post_queue.actions.
create or replace function public.post_queue_pause(
  platform text, actor text, reason text default null, idempotency_key text default null, dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := coalesce(platform, '*');
  this_actor constant text := left(actor, 200);
  this_reason constant text := left(reason, 1000);
  scope constant jsonb := jsonb_build_object('platform', this_platform);
  repeated jsonb;
  is_new boolean;
begin
  perform post_queue.begin_control(this_platform, this_actor);

  is_new := not exists (
    select from post_queue.pauses p where p.platform = this_platform and p.resumed_at is null
  );
  if not coalesce(dry_run, false) then
    repeated := post_queue.repeated_control('pause', scope, idempotency_key);
    if repeated is not null then
      return repeated;
    end if;

    if is_new then
      insert into post_queue.pauses (platform, paused_by, reason)
      values (this_platform, this_actor, this_reason);
    else
      update post_queue.pauses p
      set paused_by = this_actor, reason = this_reason
      where p.platform = this_platform and p.resumed_at is null;
    end if;
    perform post_queue.record_action('pause', this_actor, this_reason, scope, idempotency_key, 1, is_new::integer);
  end if;

  return post_queue.controls() || jsonb_build_object('changed', is_new);
end
$$;

revoke execute on function public.post_queue_pause(text, text, text, text, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_pause(text, text, text, text, boolean) to service_role;

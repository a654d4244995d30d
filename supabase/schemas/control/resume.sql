-- Ends a pause: the items that waited are taken again, oldest due first.
--
--   platform         a value of platform_cluster; null or '*' ends the pause of everything. Platforms that were paused by
--                    themselves stay paused, and a platform that is resumed while everything is paused still waits.
--   actor            who does it
--   reason           why; may be null
--   idempotency_key  a call that is repeated under its key is done once; null: no key
--   dry_run          true: only tell whether it would change anything
--
-- Gives what is paused and limited now (see post_queue.controls) and "changed": whether it was paused; or "conflict" (see
-- post_queue.repeated_control). Each call is written down in post_queue.actions.
create or replace function public.post_queue_resume(
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
  scope constant jsonb := jsonb_build_object('platform', this_platform);
  repeated jsonb;
  was_paused boolean;
begin
  perform post_queue.begin_control(this_platform, this_actor);

  was_paused := exists (
    select from post_queue.pauses p where p.platform = this_platform and p.resumed_at is null
  );
  if not coalesce(dry_run, false) then
    repeated := post_queue.repeated_control('resume', scope, idempotency_key);
    if repeated is not null then
      return repeated;
    end if;

    update post_queue.pauses p
    set resumed_at = now(), resumed_by = this_actor
    where p.platform = this_platform and p.resumed_at is null;
    perform post_queue.record_action('resume', this_actor, reason, scope, idempotency_key, 1, was_paused::integer);
    perform post_queue.hint();
  end if;

  return post_queue.controls() || jsonb_build_object('changed', was_paused);
end
$$;

revoke execute on function public.post_queue_resume(text, text, text, text, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_resume(text, text, text, text, boolean) to service_role;

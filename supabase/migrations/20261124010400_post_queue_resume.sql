-- Ends a pause: the items that waited are taken again, oldest due first.
--
--   platform  a value of platform_cluster; null or '*' ends the pause of everything. Platforms that were paused by
--             themselves stay paused, and a platform that is resumed while everything is paused still waits.
--   actor     who does it
--
-- Gives what is paused and limited now (see post_queue_controls) and "changed": whether it was paused.
create or replace function public.post_queue_resume(platform text, actor text)
returns jsonb
language plpgsql
security invoker
set search_path = ''
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := coalesce(platform, '*');
  this_actor constant text := left(actor, 200);
  was_paused boolean;
begin
  perform public.post_queue_begin_control(this_platform, this_actor);

  update public.post_queue_pauses p
  set resumed_at = now(), resumed_by = this_actor
  where p.platform = this_platform and p.resumed_at is null;
  was_paused := found;

  return public.post_queue_controls() || jsonb_build_object('changed', was_paused);
end
$$;

revoke execute on function public.post_queue_resume(text, text) from public, anon, authenticated;
grant execute on function public.post_queue_resume(text, text) to service_role;

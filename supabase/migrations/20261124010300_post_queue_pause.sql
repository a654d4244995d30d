-- Pauses a platform, or everything: from the next claim on its items wait, and none is touched. What is in hand is
-- posted.
--
--   platform  a value of platform_cluster; null or '*': everything
--   actor     who does it
--   reason    why; may be null
--
-- Gives what is paused and limited now (see post_queue_controls) and "changed": whether it was not paused before. A
-- pause that goes on keeps its paused_at, and takes the new actor and reason.
create or replace function public.post_queue_pause(platform text, actor text, reason text)
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
  this_reason constant text := left(reason, 1000);
  is_new boolean;
begin
  perform public.post_queue_begin_control(this_platform, this_actor);

  update public.post_queue_pauses p
  set paused_by = this_actor, reason = this_reason
  where p.platform = this_platform and p.resumed_at is null;
  is_new := not found;
  if is_new then
    insert into public.post_queue_pauses (platform, paused_by, reason)
    values (this_platform, this_actor, this_reason);
  end if;

  return public.post_queue_controls() || jsonb_build_object('changed', is_new);
end
$$;

revoke execute on function public.post_queue_pause(text, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_pause(text, text, text) to service_role;

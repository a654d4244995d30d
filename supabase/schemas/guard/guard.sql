-- Turns the guard on or off: the triggers on the queue and on the posts together (see post_queue_guard_item). Only the tables'
-- owner may. post_queue_check says that it is off.
create or replace function public.post_queue_guard(is_on boolean)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
  deed constant text := case when is_on then 'enable' else 'disable' end;
  guarded text;
begin
  if is_on is null then
    raise exception 'post_queue_guard needs true or false' using errcode = 'invalid_parameter_value';
  end if;

  foreach guarded in array '{content_posts,multiplatform_post_queue}'::text[] loop
    execute format('alter table public.%I %s trigger post_queue_guard', guarded, deed);
  end loop;
end
$$;

revoke execute on function public.post_queue_guard(boolean) from public, anon, authenticated, service_role;

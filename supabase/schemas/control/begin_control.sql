-- How pause, resume and limit begin: what they were given is checked, and one of them runs at a time, so that none waits
-- for another's row. The caller sets lock_timeout.
create or replace function post_queue.begin_control(platform text, actor text)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(actor, '') = '' then
    raise exception 'pausing, resuming and limiting need an actor: who does it' using errcode = 'invalid_parameter_value';
  end if;
  -- A name with a slip of the pen would pause nothing, and nobody would notice.
  if platform <> '*' and platform <> all (enum_range(null::public.platform_cluster)::text[]) then
    raise exception 'platform "%" is unknown: it is not a value of platform_cluster', left(platform, 100)
      using errcode = 'invalid_parameter_value';
  end if;
  if row_security_active('post_queue.pauses') then
    raise exception 'row-level security hides the pauses from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  perform pg_advisory_xact_lock(hashtextextended('post_queue_control', 0));
end
$$;

revoke execute on function post_queue.begin_control(text, text) from public, anon, authenticated;
grant execute on function post_queue.begin_control(text, text) to service_role;

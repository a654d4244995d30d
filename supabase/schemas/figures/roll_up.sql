-- Rolls what happened since the last time up into post_queue.figures and post_queue.cause_figures: minutes, and the hours that
-- they complete. Called each minute by every worker, until it is current. One call goes through a day, or 200,000 posts, at
-- most; the first calls go through 90 days that way, of which they leave the minutes of the last two. Called twice it changes
-- nothing the second time; called by two at once, one of them does it.
--
-- A minute is left alone until two minutes after it has ended: what was posted in it may be committed that late.
--
-- Gives {"is_current"}: whether nothing is left to roll up now, or another call is at it.
create or replace function public.post_queue_roll_up()
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set jit = off
as $$
declare
  final constant timestamptz := date_trunc('minute', now() - interval '2 minutes');
  from_minute timestamptz;
  to_minute timestamptz;
  from_hour timestamptz;
begin
  -- Row-level security hides rows without a word: nothing would seem to have happened.
  if row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the history from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if not pg_try_advisory_xact_lock(hashtextextended('post_queue_roll_up', 0)) then
    return jsonb_build_object('is_current', true);
  end if;

  -- What a clock wrote that was ahead: nothing would be rolled up until the time has caught up with it.
  if exists (
    select from post_queue.figures f where f.width_seconds = 60 and f.platform = '' and f.starts_at > now()
  ) then
    delete from post_queue.figures f where f.starts_at > now();
    delete from post_queue.cause_figures f where f.starts_at > now();
  end if;

  select max(f.starts_at) + interval '1 minute'
  into from_minute
  from post_queue.figures f
  where f.width_seconds = 60 and f.platform = '';
  if from_minute is null then
    select date_trunc('hour', least(
      (select min(h.posted_at) from public.multiplatform_post_history h where h.posted_at > now() - interval '90 days'),
      (select min(t.tried_at) from post_queue.tries t where t.tried_at > now() - interval '90 days'),
      now()
    ))
    into from_minute;
  end if;

  select least(from_minute + interval '1 day', final, (
    select date_trunc('minute', greatest(h.posted_at, from_minute + interval '1 minute'))
    from public.multiplatform_post_history h
    where h.posted_at >= from_minute
    order by h.posted_at
    offset 200000
    limit 1
  ))
  into to_minute;
  if to_minute <= from_minute then
    return jsonb_build_object('is_current', true);
  end if;

  from_hour := date_trunc('hour', from_minute);
  if to_minute < now() - interval '2 days' and from_minute = from_hour and to_minute >= from_hour + interval '1 hour' then
    -- So long ago its minutes are not kept: whole hours at once.
    to_minute := date_trunc('hour', to_minute);
    insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried, times)
    select 3600, h.platform, h.starts_at, h.posted, h.failed, h.retried, h.times
    from post_queue.happened(from_minute, to_minute, interval '1 hour') as h
    on conflict (width_seconds, platform, starts_at) do nothing;

    insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed)
    select 3600, h.starts_at, h.cause, h.failed
    from post_queue.causes_happened(from_minute, to_minute, interval '1 hour') as h
    on conflict (width_seconds, starts_at, cause) do nothing;
  else
    insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried, times)
    select 60, m.platform, m.starts_at, m.posted, m.failed, m.retried, m.times
    from post_queue.happened(from_minute, to_minute, interval '1 minute') as m
    on conflict (width_seconds, platform, starts_at) do nothing;

    insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried, times)
    select
      3600, f.platform, date_trunc('hour', f.starts_at), sum(f.posted), sum(f.failed), sum(f.retried),
      post_queue.sum_times(f.times)
    from post_queue.figures f
    where f.width_seconds = 60 and f.starts_at >= from_hour and f.starts_at < date_trunc('hour', to_minute)
    group by f.platform, date_trunc('hour', f.starts_at)
    on conflict (width_seconds, platform, starts_at) do nothing;

    insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed)
    select 60, m.starts_at, m.cause, m.failed
    from post_queue.causes_happened(from_minute, to_minute, interval '1 minute') as m
    on conflict (width_seconds, starts_at, cause) do nothing;

    insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed)
    select 3600, date_trunc('hour', f.starts_at), f.cause, sum(f.failed)
    from post_queue.cause_figures f
    where f.width_seconds = 60 and f.starts_at >= from_hour and f.starts_at < date_trunc('hour', to_minute)
    group by 2, 3
    on conflict (width_seconds, starts_at, cause) do nothing;
  end if;

  -- How far it went, where nothing happened last.
  insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried)
  values (60, '', to_minute - interval '1 minute', 0, 0, 0)
  on conflict (width_seconds, platform, starts_at) do nothing;

  delete from post_queue.figures f
  where f.width_seconds = 60 and f.starts_at < to_minute - interval '2 days';
  delete from post_queue.figures f
  where f.width_seconds = 3600 and f.starts_at < now() - interval '400 days';
  delete from post_queue.cause_figures f
  where f.width_seconds = 60 and f.starts_at < to_minute - interval '2 days';
  delete from post_queue.cause_figures f
  where f.width_seconds = 3600 and f.starts_at < now() - interval '90 days';
  return jsonb_build_object('is_current', to_minute >= final);
end
$$;

revoke execute on function public.post_queue_roll_up() from public, anon, authenticated;
grant execute on function public.post_queue_roll_up() to service_role;
